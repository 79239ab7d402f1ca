// The stack of the reference service: what it makes, and what it must not hold.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { App, Stack } from 'aws-cdk-lib'
import { Match, Template } from 'aws-cdk-lib/assertions'
import { bundleService, KlueService, type ServiceBundle } from '../../src/infra/index.ts'
import { tableInput } from '../../src/persist/index.ts'
import { root } from '../rules/imports.ts'

const planted = 'planted-value-of-a-secret'
const folder = mkdtempSync(join(tmpdir(), 'klue-infra-'))
let bundle: ServiceBundle
let template: Template

before(async () => {
  process.env['METRICS_BACKEND_PASSWORD'] = planted
  bundle = await bundleService({ root, entry: 'functions/builds.ts', stage: 'live', outDir: join(folder, 'builds') })
  const stack = new Stack(new App({ outdir: join(folder, 'cdk.out') }), 'Test')
  new KlueService(stack, 'Service', { bundle, version: '260101-1200-1-abcdef' })
  template = Template.fromStack(stack)
})

after(() => {
  delete process.env['METRICS_BACKEND_PASSWORD']
  rmSync(folder, { recursive: true, force: true })
})

test('one function answers, with a log of its own', () => {
  template.resourceCountIs('AWS::Lambda::Function', 1)
  template.hasResourceProperties('AWS::Lambda::Function', {
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Handler: 'index.handler',
    Timeout: 30,
    MemorySize: 512,
    Environment: { Variables: { KLUE_TABLE_PREFIX: 'builds-live-', KLUE_VERSION: '260101-1200-1-abcdef' } },
    LoggingConfig: { LogGroup: Match.anyValue() },
  })
  template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 })
})

test('an HTTP API hands it every request', () => {
  template.resourceCountIs('AWS::ApiGatewayV2::Route', 1)
  template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: '$default' })
  template.hasResourceProperties('AWS::ApiGatewayV2::Integration', { PayloadFormatVersion: '2.0' })
})

test('its tables are those that the local server makes', () => {
  const made = Object.values(template.findResources('AWS::DynamoDB::GlobalTable')).map(({ Properties }) => Properties as Record<string, unknown>)
  assert.deepEqual(bundle.tables.map(({ table }) => table), ['klue', 'measurements'])
  for (const definition of bundle.tables) {
    const wanted = tableInput(definition, bundle.tablePrefix)
    const table = made.find(({ TableName: name }) => name === wanted.TableName)
    assert.ok(table, `there is no table ${wanted.TableName}`)
    for (const property of ['BillingMode', 'KeySchema', 'GlobalSecondaryIndexes'] as const) assert.deepEqual(table[property], wanted[property], `${wanted.TableName}: ${property}`)
    assert.deepEqual(new Set(table['AttributeDefinitions'] as object[]), new Set(wanted.AttributeDefinitions))
    assert.deepEqual(table['TimeToLiveSpecification'], { AttributeName: definition.ttl, Enabled: true })
  }
  template.allResources('AWS::DynamoDB::GlobalTable', { DeletionPolicy: 'Retain' })
})

test('the function may read and write items, and nothing else', () => {
  const policies = JSON.stringify(template.findResources('AWS::IAM::Policy'))
  assert.match(policies, /dynamodb:Query/)
  assert.doesNotMatch(policies, /"dynamodb:(\*|Scan|CreateTable|DeleteTable|UpdateTable)"/)
  assert.doesNotMatch(policies, /"Action":"\*"|"Resource":"\*"/)
})

test('neither the template nor what is uploaded holds the value of a secret', () => {
  const files = readdirSync(bundle.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  assert.ok(files.some((file) => file.endsWith('klue-config.json')))
  assert.match(readFileSync(join(bundle.folder, 'klue-config.json'), 'utf8'), /METRICS_BACKEND_PASSWORD/)
  for (const text of [JSON.stringify(template.toJSON()), ...files.map((file) => readFileSync(file, 'utf8'))]) {
    assert.ok(!text.includes(planted))
    assert.ok(!text.includes('local-only'), 'a setting of another stage')
  }
})
