// Going back: the deployed templates with other versions, as a cloud assembly that the CDK deploys; without a candidate, and nested stacks too.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { isUsageError } from '../../../src/errors/index.ts'
import type { StackPlan } from '../../../src/deploy/pipeline/assembly.ts'
import { type StackTemplates, writeGoBack } from '../../../src/deploy/pipeline/go-back.ts'
import { liveAliases, pinned } from '../../../src/deploy/pipeline/live-aliases.ts'
import { withoutCandidate } from '../../../src/deploy/pipeline/without-candidate.ts'
import type { Template, TemplateResource } from '../../../src/deploy/template.ts'

const folder = mkdtempSync(join(tmpdir(), 'klue-back-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const alias = (name: string, more: object = {}): TemplateResource => ({ Type: 'AWS::Lambda::Alias', Properties: { Name: 'live', FunctionName: { Ref: `${name}Function` }, FunctionVersion: { 'Fn::GetAtt': [`${name}Version`, 'Version'] } }, Metadata: { 'klue:function': name }, ...more })
const table: TemplateResource = { Type: 'AWS::DynamoDB::GlobalTable', Properties: { TableName: 'builds' } }
const hash = 'a'.repeat(64)
const plan: StackPlan = { name: 'builds-ann', environment: 'aws://unknown-account/unknown-region', properties: { assumeRoleArn: 'arn:role', requiresBootstrapStackVersion: 6 }, destination: { bucketName: 'assets', objectKey: `kept/${hash}.json`, assumeRoleArn: 'arn:publisher' }, format: '55.0.0' }

interface Manifest {
  version: string
  artifacts: Record<string, { properties: Record<string, string> }>
}

function read<Value>(name: string): Value {
  return JSON.parse(readFileSync(join(folder, name), 'utf8')) as Value
}

test('only aliases that the kit has marked are live ones', () => {
  const template: Template = { Resources: { A: alias('builds'), B: { ...alias('other'), Metadata: {} }, C: { ...alias('next'), Properties: { Name: 'candidate' } }, T: table } }
  assert.deepEqual(liveAliases(template), [{ function: 'builds', id: 'A' }])
})

test('aliases get their numbers at once; everything else stays as it is deployed', () => {
  const template: Template = { Resources: { A: alias('builds', { UpdatePolicy: { CodeDeployLambdaAliasUpdate: {} } }), B: alias('new'), T: table } }
  const { Resources: resources } = pinned(template, { builds: 3, gone: 7 })
  assert.deepEqual(resources, { A: { ...alias('builds'), Properties: { ...alias('builds').Properties, FunctionVersion: '3' } }, B: alias('new'), T: table })
})

test('the assembly holds the template as an asset under its hash', () => {
  writeGoBack({ folder, stacks: [{ plan, deployed: { template: { Resources: { A: alias('builds'), T: table } }, nested: new Map() } }], numbers: { builds: 3 } })
  const { version, artifacts } = read<Manifest>('manifest.json')
  const { templateFile, stackTemplateAssetObjectUrl: url, stackName, assumeRoleArn } = artifacts['builds-ann']!.properties
  const text = readFileSync(join(folder, templateFile!), 'utf8')
  const own = createHash('sha256').update(text).digest('hex')
  assert.deepEqual([version, templateFile, url, stackName, assumeRoleArn], ['55.0.0', `${own}.json`, `s3://assets/kept/${own}.json`, 'builds-ann', 'arn:role'])
  assert.equal((JSON.parse(text) as Template).Resources!['A']!.Properties!['FunctionVersion'], '3')
  const { files } = read<{ files: Record<string, { source: object; destinations: Record<string, object> }> }>('builds-ann.assets.json')
  assert.deepEqual(files[own]!.source, { path: `${own}.json`, packaging: 'file' })
  assert.deepEqual(Object.values(files[own]!.destinations), [{ bucketName: 'assets', objectKey: `kept/${own}.json`, assumeRoleArn: 'arn:publisher' }])
})

test('a nested stack goes back too: the one around it gets its new address', () => {
  const inner: StackTemplates = { template: { Resources: { A: alias('reports') } }, nested: new Map() }
  const nested = (url: unknown): StackTemplates => ({ template: { Resources: { N: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: url } } } }, nested: new Map([['N', inner]]) })
  const url = { 'Fn::Join': ['', ['https://s3.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }, `/assets/${hash}.json`]] }
  writeGoBack({ folder, stacks: [{ plan, deployed: nested(url) }], numbers: { reports: 2 } })
  const { artifacts } = read<Manifest>('manifest.json')
  const outer = read<Template>(artifacts['builds-ann']!.properties['templateFile']!)
  const address = JSON.stringify(outer.Resources!['N']!.Properties)
  const innerHash = /assets\/([0-9a-f]{64})\.json/.exec(address)![1]!
  assert.notEqual(innerHash, hash)
  assert.equal(read<Template>(`${innerHash}.json`).Resources!['A']!.Properties!['FunctionVersion'], '2')
  assert.throws(() => writeGoBack({ folder, stacks: [{ plan, deployed: nested('https://example.com/template') }], numbers: {} }), (error: unknown) => isUsageError(error) && error.faults[0]!.code === 'nested-template')
})

test('the candidate goes, with what names it; what an older commit has stays', () => {
  const api: TemplateResource = { Type: 'AWS::ApiGatewayV2::Api' }
  const nest = (parameters: object): TemplateResource => ({ Type: 'AWS::CloudFormation::Stack', Properties: { Parameters: parameters } })
  const next = { template: { Resources: { A: alias('builds'), N: nest({}) }, Outputs: { Url: {} } } as Template, nested: new Map([['N', { Resources: { R: alias('reports') } } as Template]]) }
  const candidate = {
    template: { Resources: { A: alias('builds'), Candidate: api, N: nest({ p: { Ref: 'Candidate' } }) }, Outputs: { Url: {}, CandidateUrl: {} } } as Template,
    nested: new Map([['N', { Parameters: { p: {} }, Resources: { R: alias('reports'), I: { Type: 'AWS::ApiGatewayV2::Integration', Properties: { ApiId: { Ref: 'p' } } } } } as Template]]),
  }
  const deployed: StackTemplates = { template: { ...candidate.template, Resources: { ...candidate.template.Resources, Old: table } }, nested: new Map([['N', { template: candidate.nested.get('N')!, nested: new Map() }]]) }
  const left = withoutCandidate(deployed, { candidate, next })
  assert.deepEqual(left.template, { Resources: { A: alias('builds'), N: nest({}), Old: table }, Outputs: { Url: {} } })
  assert.deepEqual(left.nested.get('N')!.template, { Parameters: {}, Resources: { R: alias('reports') } })
  assert.equal(withoutCandidate(deployed, { candidate: next, next }).template, deployed.template)
})
