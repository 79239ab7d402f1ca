// The checks of the suite find what they are there to find.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { deflateRawSync } from 'node:zlib'
import type { RecordedExchange } from '../../src/testing/record.ts'
import { differences } from './compare.ts'
import { covers, needsOf, readGrants } from './grants.ts'
import type { RecordedCall } from './recorder.ts'
import { findPlanted, plantedIn } from './scan.ts'

const folder = mkdtempSync(join(tmpdir(), 'klue-checks-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const exchange: RecordedExchange = { test: 'a', method: 'GET', path: '/b', status: 200, headers: { 'content-type': 'application/json', date: 'now' }, body: { id: '1', container: 'x' } }

test('two records differ by status, header, body and path, and not by what is excused', () => {
  const id = '11111111-2222-4333-8444-555555555555'
  assert.deepEqual(differences([exchange], [{ ...exchange, headers: { ...exchange.headers, date: 'later' }, body: { id: '1', container: 'y' } }]), [])
  assert.deepEqual(differences([{ ...exchange, path: `/${id}` }], [{ ...exchange, path: `/${id.replaceAll('1', '9')}` }]), [])
  const { 'content-type': _type, ...headers } = exchange.headers
  for (const other of [{ status: 201 }, { headers }, { headers: { ...exchange.headers, vary: 'Origin' } }, { body: { id: '2', container: 'x' } }, { body: { id: '1' } }, { path: '/c' }]) {
    assert.equal(differences([exchange], [{ ...exchange, ...other }]).length, 1, JSON.stringify(other))
  }
  assert.equal(differences([exchange], []).length, 1)
})

test('a planted value is found as it is, in base64, and in an archive', () => {
  const planted = { secret: 'planted-value-of-a-secret' }
  for (const prefix of ['', 'a', 'ab']) assert.deepEqual(plantedIn(Buffer.from(`${prefix}${planted.secret}.`).toString('base64'), planted), ['secret'])
  assert.deepEqual(plantedIn('planted-value-of-another', planted), [])
  const content = deflateRawSync(Buffer.from(`{"key":"${planted.secret}"}`))
  const local = Buffer.alloc(30)
  local.writeUInt32LE(0x04034b50)
  const central = Buffer.alloc(46)
  central.writeUInt32LE(0x02014b50)
  central.writeUInt16LE(8, 10)
  central.writeUInt32LE(content.length, 20)
  writeFileSync(join(folder, 'asset.zip'), Buffer.concat([local, content, central]))
  assert.deepEqual(findPlanted(folder, planted), [`${join(folder, 'asset.zip')}: secret`])
})

const call: RecordedCall = { accessKey: 'A', service: 'dynamodb', method: 'POST', path: '/', target: 'DynamoDB_20120810.Query', body: '{"TableName":"t","IndexName":"i"}', status: 200 }

test('a request needs its action on the resource that its body names', () => {
  const arn = 'arn:aws:dynamodb:us-east-1:000000000000:table'
  assert.deepEqual(needsOf(call), [{ action: 'dynamodb:Query', resource: `${arn}/t/index/i` }])
  const items = { TransactItems: [{ Put: { TableName: 't' } }, { ConditionCheck: { TableName: 'u' } }] }
  assert.deepEqual(needsOf({ ...call, target: 'DynamoDB_20120810.TransactWriteItems', body: JSON.stringify(items) }), [{ action: 'dynamodb:PutItem', resource: `${arn}/t` }, { action: 'dynamodb:ConditionCheckItem', resource: `${arn}/u` }])
  assert.throws(() => needsOf({ ...call, service: 'route53' }), /A function called route53/)
})

test('a grant covers its resource, and neither another one nor an index beside it', () => {
  const resources = {
    Function: { Type: 'AWS::Lambda::Function', Properties: { Role: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
    Role: { Type: 'AWS::IAM::Role' },
    Table: { Type: 'AWS::DynamoDB::GlobalTable' },
    Policy: { Type: 'AWS::IAM::Policy', Properties: { Roles: [{ Ref: 'Role' }], PolicyDocument: { Statement: [{ Effect: 'Allow', Action: ['dynamodb:Query'], Resource: { 'Fn::GetAtt': ['Table', 'Arn'] } }] } } },
  }
  const grants = readGrants(resources, { Table: 't' })
  assert.deepEqual(grants, [{ function: 'Function', action: 'dynamodb:Query', resource: 'arn:aws:dynamodb:us-east-1:000000000000:table/t' }])
  const [grant] = grants
  assert.equal(covers(grant!, needsOf(call)[0]!), false)
  assert.equal(covers(grant!, needsOf({ ...call, body: '{"TableName":"t"}' })[0]!), true)
  assert.equal(covers({ ...grant!, resource: `${grant!.resource}/index/*` }, needsOf(call)[0]!), true)
  assert.equal(covers({ ...grant!, action: 'dynamodb:GetItem' }, needsOf({ ...call, body: '{"TableName":"t"}' })[0]!), false)
})
