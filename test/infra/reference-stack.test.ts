// The stack of the reference service: what it makes, what it is called, and what it must not hold.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { App, Stack } from 'aws-cdk-lib'
import { Match, Template } from 'aws-cdk-lib/assertions'
import { KlueService, prepareProject, type Project } from '../../src/infra/index.ts'
import { tableInput } from '../../src/persist/index.ts'
import { root } from '../rules/imports.ts'

const planted = 'planted-value-of-a-secret'
const folder = mkdtempSync(join(tmpdir(), 'klue-infra-'))
let project: Project
let template: Template

before(async () => {
  process.env['METRICS_BACKEND_PASSWORD'] = planted
  project = await prepareProject({ root, stage: 'live', outDir: join(folder, 'prepared'), version: '260101-1200-1-abcdef' })
  const stack = new Stack(new App({ outdir: join(folder, 'cdk.out') }), project.stackName)
  new KlueService(stack, 'Service', { project })
  template = Template.fromStack(stack)
})

after(() => {
  delete process.env['METRICS_BACKEND_PASSWORD']
  rmSync(folder, { recursive: true, force: true })
})

test('a function an entry file, each with a log, a version and the alias live', () => {
  assert.deepEqual(project.functions.map(({ name }) => name), ['builds', 'metrics-backend'])
  template.hasResourceProperties('AWS::Lambda::Function', {
    Description: 'builds, stage live: builds',
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Handler: 'index.handler',
    Timeout: 30,
    MemorySize: 512,
    Environment: { Variables: { KLUE_TABLE_PREFIX: 'builds-live-', KLUE_VERSION: '260101-1200-1-abcdef', KLUE_SECRETS: 'METRICS_BACKEND_PASSWORD,jwt_secret', KLUE_API_URLS: Match.anyValue() } },
    LoggingConfig: { LogGroup: Match.anyValue() },
  })
  template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 })
  template.allResourcesProperties('AWS::Lambda::Alias', { Name: 'live' })
  const made = (type: string): number => Object.keys(template.findResources(type)).length
  assert.ok(made('AWS::Lambda::Function') >= 3)
  assert.ok(made('AWS::Lambda::Version') >= 3)
})

test('the signing key is made before the functions that read it', () => {
  template.hasResourceProperties('Custom::KlueSigningKeys', { Names: ['klue/builds/live/jwt_secret'] })
  template.hasResource('AWS::Lambda::Function', { Properties: { Description: 'builds, stage live: builds' }, DependsOn: Match.arrayWith([Match.stringLikeRegexp('SigningKeys')]) })
})

test('an HTTP API hands each of them every request, and documents go to a function of their own', () => {
  const keys = Object.values(template.findResources('AWS::ApiGatewayV2::Route')).map((route) => (route as { Properties: { RouteKey: string } }).Properties.RouteKey)
  assert.deepEqual(keys.sort(), ['$default', '$default', 'ANY /doc/{document}'])
  template.allResourcesProperties('AWS::ApiGatewayV2::Integration', { PayloadFormatVersion: '2.0', IntegrationType: 'AWS_PROXY' })
  template.allResourcesProperties('AWS::ApiGatewayV2::Api', { ProtocolType: 'HTTP', CorsConfiguration: Match.absent() })
  assert.deepEqual(Object.keys(template.findOutputs('*')), ['Url', 'Urlmetricsbackend'])
})

test('its tables are those that the local server makes', () => {
  const made = Object.values(template.findResources('AWS::DynamoDB::GlobalTable')).map(({ Properties }) => Properties as Record<string, unknown>)
  assert.deepEqual(project.functions.map(({ tables }) => tables.map(({ table }) => table)), [['klue', 'measurements', 'metrics'], ['klue', 'packages']])
  for (const definition of project.functions.flatMap(({ tables }) => tables)) {
    const wanted = tableInput(definition, project.tablePrefix)
    const table = made.find(({ TableName: name }) => name === wanted.TableName)
    assert.ok(table, `there is no table ${wanted.TableName}`)
    for (const property of ['BillingMode', 'KeySchema', 'GlobalSecondaryIndexes'] as const) assert.deepEqual(table[property], wanted[property], `${wanted.TableName}: ${property}`)
    assert.deepEqual(new Set(table['AttributeDefinitions'] as object[]), new Set(wanted.AttributeDefinitions))
    if (definition.ttl !== undefined) assert.deepEqual(table['TimeToLiveSpecification'], { AttributeName: definition.ttl, Enabled: true })
  }
})

test('ids of what holds data or is called from outside do not change', () => {
  const frozen = ['AWS::DynamoDB::GlobalTable', 'AWS::ApiGatewayV2::Api', 'AWS::Lambda::Function', 'AWS::Logs::LogGroup'].flatMap((type) => Object.keys(template.findResources(type)))
  for (const id of [
    'ServiceTableklueTable11C2962B', 'ServiceTablemeasurementsTableC4BF0AC1', 'ServiceTablemetricsTable53C0A124', 'ServiceTablepackagesTable7E33D4D6',
    'ServiceApibuildsApiB1649B3F', 'ServiceApimetricsbackendApiC4F04354',
    'ServiceFunctionbuildsFunction53711754', 'ServiceFunctionmetricsbackendFunction826DC299', 'ServiceDocumentsFunction77478DA4',
    'ServiceFunctionbuildsLog14942805', 'ServiceFunctionmetricsbackendLogDAB92721', 'ServiceDocumentsLog5809E415',
  ]) assert.ok(frozen.includes(id), `${id} has another id now: CloudFormation would delete it and make it anew`)
})

test('documents are compressed beside a small module', () => {
  const text = (name: string): string => gunzipSync(readFileSync(join(project.documents, 'documents', `${name}.gz`))).toString()
  assert.match(text('builds.html'), /<!doctype html>/i)
  assert.equal(text('builds.yaml'), readFileSync(join(root, 'apis/builds.yaml'), 'utf8'))
  assert.equal((JSON.parse(text('login.json')) as { info: { title: string } }).info.title.length > 0, true)
  assert.ok(readdirSync(join(project.documents, 'documents')).some((name) => name.startsWith('metrics-backend')))
  assert.ok(statSync(join(project.documents, 'index.mjs')).size < 150_000)
})

test('neither the template nor what is uploaded holds the value of a secret', () => {
  const folders = [...project.functions.map((prepared) => prepared.folder), project.documents]
  const files = folders.flatMap((each) => readdirSync(each, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  assert.equal(files.filter((file) => file.endsWith('klue-config.json')).length, folders.length)
  assert.match(readFileSync(join(folders[0]!, 'klue-config.json'), 'utf8'), /METRICS_BACKEND_PASSWORD/)
  for (const text of [JSON.stringify(template.toJSON()), ...files.map((file) => readFileSync(file, 'utf8'))]) {
    assert.ok(!text.includes(planted))
    assert.ok(!text.includes('local-only'), 'a setting of another stage')
  }
})
