// What stages ask of an account's concurrency, from the templates that the CDK makes.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { App, Stack } from 'aws-cdk-lib'
import { Template as CdkTemplate } from 'aws-cdk-lib/assertions'
import { Alias, Code, Function, type IVersion, Runtime } from 'aws-cdk-lib/aws-lambda'
import { concurrencyFaults, wantedConcurrency } from '../../src/deploy/concurrency.ts'
import type { Template } from '../../src/deploy/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'klue-concurrency-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('what functions reserve and provision is read from a template', () => {
  const stack = new Stack(new App({ outdir: folder }), 'Test')
  const add = (id: string, reserved?: number): Function => new Function(stack, id, { runtime: Runtime.NODEJS_24_X, handler: 'index.handler', code: Code.fromInline('0'), ...(reserved === undefined ? {} : { reservedConcurrentExecutions: reserved }) })
  add('Plain')
  add('Reserved', 7)
  const fixed = new Alias(stack, 'FixedLive', { aliasName: 'live', version: add('Fixed').currentVersion as IVersion, provisionedConcurrentExecutions: 3 })
  assert.ok(fixed)
  const scaled = new Alias(stack, 'ScaledLive', { aliasName: 'live', version: add('Scaled', 20).currentVersion as IVersion }).addAutoScaling({ minCapacity: 1, maxCapacity: 9 })
  scaled.scaleOnUtilization({ utilizationTarget: 0.7 })
  const wanted = wantedConcurrency(CdkTemplate.fromStack(stack).toJSON() as Template)
  assert.deepEqual(wanted.map(({ id, ...rest }) => ({ id: id.replace(/[0-9A-F]{8}$/, ''), ...rest })), [
    { id: 'Reserved', reserved: 7, provisioned: 0 },
    { id: 'Fixed', reserved: undefined, provisioned: 3 },
    { id: 'Scaled', reserved: 20, provisioned: 9 },
  ])
})

test('what fits is no fault, reservations of the stage itself count once', () => {
  const wanted = [{ id: 'A', reserved: 500, provisioned: 0 }, { id: 'B', reserved: undefined, provisioned: 400 }]
  assert.deepEqual(concurrencyFaults(wanted, { limit: 1000, unreserved: 1000 }, 0), [])
  assert.deepEqual(concurrencyFaults(wanted, { limit: 1000, unreserved: 500 }, 500), [])
  assert.deepEqual(concurrencyFaults([], { limit: 10, unreserved: 10 }, 0), [])
})

test('what does not fit is told with the numbers', () => {
  const wanted = [{ id: 'A', reserved: undefined, provisioned: 600 }]
  const [fault] = concurrencyFaults(wanted, { limit: 1000, unreserved: 600 }, 50)
  assert.equal(fault!.code, 'concurrency-limit')
  assert.match(fault!.message, /up to 600 concurrent executions, and the account has 550 to give: its limit is 1000, other functions have reserved 350, and AWS keeps 100/)
  assert.match(fault!.hint!, /^lower aws_hosts_max or reserved_concurrency, or ask for a higher limit/)
})

test('a new account is told what to do', () => {
  const [fault] = concurrencyFaults([{ id: 'A', reserved: undefined, provisioned: 1 }], { limit: 10, unreserved: 10 }, 0)
  assert.match(fault!.message, /the account has 0 to give/)
  assert.match(fault!.hint!, /with a limit of 10, as new accounts have it, nothing can be reserved or provisioned: set aws_hosts_min, aws_hosts_max and reserved_concurrency to 0, or ask/)
})

test('a function cannot provision more than it reserves', () => {
  assert.deepEqual(concurrencyFaults([{ id: 'A', reserved: 2, provisioned: 5 }], { limit: 1000, unreserved: 1000 }, 0).map(({ message }) => message), ['the function A may provision 5 and reserves 2'])
})
