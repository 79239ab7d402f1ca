// The look at the account before a deployment: against a server that answers as AWS does.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { loadConfig } from '../../src/config/build.ts'
import { setEnvironment } from '../../src/config/index.ts'
import { type PlannedStack, preflight, type Template } from '../../src/deploy/index.ts'
import { isUsageError } from '../../src/errors/index.ts'
import { type AwsReply, type AwsServer, refusal, startAwsServer } from '../platform/aws-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'klue-preflight-'))
const account = '123456789012'
let server: AwsServer
/** What AWS holds in a test. */
let held: { secrets: { Name: string; DeletedDate?: number }[]; templates: Map<string, string>; limit: { ConcurrentExecutions: number; UnreservedConcurrentExecutions: number }; owner: string; isBootstrapped: boolean; refuse: string[] }

const variables = ['AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE', 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED']

before(async () => {
  server = await startAwsServer(({ target, text }) => answer(text.startsWith('Action=') ? new URLSearchParams(text) : undefined, target))
  setEnvironment('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true')
})
beforeEach(() => {
  held = { secrets: [{ Name: 'klue/shop/live/BACKEND_PASSWORD' }], templates: new Map(), limit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 1000 }, owner: account, isBootstrapped: true, refuse: [] }
  setEnvironment('AWS_ENDPOINT_URL', server.url)
  setEnvironment('AWS_ACCESS_KEY_ID', 'id')
  setEnvironment('AWS_SECRET_ACCESS_KEY', 'key')
  server.seen.length = 0
})
afterEach(() => {
  for (const name of variables.slice(0, 4)) setEnvironment(name, undefined)
})
after(async () => {
  setEnvironment(variables[4]!, undefined)
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

function answer(form: URLSearchParams | undefined, target: string): AwsReply {
  const action = form?.get('Action') ?? target
  if (held.refuse.some((name) => action.includes(name))) return form === undefined ? refusal('AccessDeniedException') : xmlError('AccessDenied')
  if (action === 'GetCallerIdentity') return { text: `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>${held.owner}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>` }
  if (action === 'GetTemplate') {
    const found = held.templates.get(form!.get('StackName')!)
    return found === undefined ? xmlError('ValidationError') : { text: `<GetTemplateResponse><GetTemplateResult><TemplateBody>${found.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</TemplateBody></GetTemplateResult></GetTemplateResponse>` }
  }
  if (action === 'DescribeStackResource') return { text: `<DescribeStackResourceResponse><DescribeStackResourceResult><StackResourceDetail><PhysicalResourceId>nested-${form!.get('LogicalResourceId')}</PhysicalResourceId></StackResourceDetail></DescribeStackResourceResult></DescribeStackResourceResponse>` }
  if (action === 'AmazonSSM.GetParameter') return held.isBootstrapped ? { body: {} } : refusal('ParameterNotFound')
  if (action.endsWith('ListSecrets')) return { body: { SecretList: held.secrets } }
  if (action.includes('account-settings')) return { body: { AccountLimit: held.limit } }
  return refusal(`Unknown ${action}`)
}

function xmlError(code: string): AwsReply {
  return { status: 400, text: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>` }
}

function functionOf(reserved: number): Template {
  return { Resources: { Main: { Type: 'AWS::Lambda::Function', Properties: { ReservedConcurrentExecutions: reserved } } } }
}

async function fly(stack: Partial<PlannedStack> = {}, target: string | undefined = account): Promise<{ faults: string[]; notices: string[] }> {
  writeFileSync(join(folder, 'klue-config.yaml'), 'name: shop\nlive_host: shop.test\naws_default_region: eu-central-1\nenv_secrets: [BACKEND_PASSWORD]\napis: {backend: {password: BACKEND_PASSWORD}}\n')
  const loaded = loadConfig({ root: folder, stage: 'live', env: {}, unset: 'leave out' })
  const notices: string[] = []
  try {
    await preflight({ stacks: [{ name: 'shop-live', template: {}, ...stack }], loaded, ...(target === '' ? {} : { account: target }), notice: (sentence) => void notices.push(sentence) })
    return { faults: [], notices }
  } catch (error) {
    assert.ok(isUsageError(error), String(error))
    return { faults: error.faults.map(({ code, message, hint }) => `${code}: ${message} (${hint})`), notices }
  }
}

test('a first deployment whose secrets are there passes without a word', async () => {
  assert.deepEqual(await fly(), { faults: [], notices: [] })
})

test('without an account nothing is asked, and one notice says so', async () => {
  const { faults, notices } = await fly({}, '')
  assert.deepEqual([faults, notices.length, server.seen.length], [[], 1, 0])
})

test('a missing secret is named, one that is made with the stack is not', async () => {
  held.secrets = [{ Name: 'klue/shop/live/BACKEND_PASSWORD', DeletedDate: 1_790_000_000 }]
  assert.deepEqual((await fly()).faults, ['secret-missing: the stage live needs the secret BACKEND_PASSWORD, and it is not set (klue secret set BACKEND_PASSWORD --stage live)'])
  held.templates.set('shop-live', JSON.stringify({ Resources: { Keys: { Type: 'Custom::KlueSigningKeys', Properties: { Names: ['klue/shop/live/jwt_secret'] } } } }))
  assert.match((await fly()).faults[1]!, /the secret jwt_secret of the stage live was removed, and a further deployment does not make it again \(klue secret set jwt_secret --generate --stage live\)/)
})

test('concurrency that the account does not have is refused, what the stage has reserved counts once', async () => {
  held.limit = { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 200 }
  assert.match((await fly({ template: functionOf(500) })).faults[0]!, /^concurrency-limit: .* 100 to give/)
  held.templates.set('shop-live', JSON.stringify(functionOf(500)))
  assert.deepEqual((await fly({ template: functionOf(500) })).faults, [])
})

test('functions of nested stacks count', async () => {
  const file = join(folder, 'shop-live.template.json')
  writeFileSync(join(folder, 'inner.nested.template.json'), JSON.stringify(functionOf(950)))
  const template: Template = { Resources: { Inner: { Type: 'AWS::CloudFormation::Stack', Metadata: { 'aws:asset:path': 'inner.nested.template.json' } } } }
  assert.match((await fly({ template, file })).faults[0]!, /^concurrency-limit: .*up to 950/)
  held.templates.set('shop-live', JSON.stringify(template)).set('nested-Inner', JSON.stringify(functionOf(900)))
  held.limit = { ConcurrentExecutions: 1100, UnreservedConcurrentExecutions: 200 }
  assert.deepEqual((await fly({ template, file })).faults, [])
})

test('a table that cannot be changed so is refused, whether its template is JSON or YAML', async () => {
  const table = (attribute: string): Template => ({ Resources: { T: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 't', KeySchema: [{ AttributeName: attribute, KeyType: 'HASH' }], AttributeDefinitions: [{ AttributeName: attribute, AttributeType: 'S' }] } } } })
  held.templates.set('shop-live', JSON.stringify(table('id')))
  assert.match((await fly({ template: table('name') })).faults[0]!, /^table-key-changed/)
  held.templates.set('shop-live', 'Resources:\n  T:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      TableName: t\n      KeySchema:\n        - {AttributeName: id, KeyType: HASH}\n      AttributeDefinitions:\n        - {AttributeName: id, AttributeType: S}\n')
  assert.deepEqual((await fly({ template: table('id') })).faults, [])
  assert.match((await fly({ template: table('name') })).faults[0]!, /^table-key-changed/)
})

test('what may not be looked at is a notice, and the rest is looked at', async () => {
  held.refuse = ['ListSecrets', 'GetTemplate', 'account-settings']
  const { faults, notices } = await fly({ template: functionOf(5000) })
  assert.deepEqual(faults, [])
  assert.deepEqual(notices, ['look at the tables of shop-live', 'list the secrets of the stage live', 'look at the limits of the account'].map((what) => `Not checked before the deployment: these AWS credentials may not ${what}`))
})

test('an account that the CDK has not prepared yet is a notice, so that cdk bootstrap works', async () => {
  held.secrets = []
  const template: Template = { Parameters: { BootstrapVersion: { Default: '/cdk-bootstrap/hnb659fds/version' } } }
  assert.match((await fly({ template })).faults[0]!, /^secret-missing/)
  held.isBootstrapped = false
  const { faults, notices } = await fly({ template })
  assert.deepEqual([faults, notices.length], [[], 1])
  assert.match(notices[0]!, /the account 123456789012 is not prepared for the CDK in eu-central-1 \(npx cdk bootstrap aws:\/\/123456789012\/eu-central-1\)/)
})

test('credentials of another account, or none, are a notice', async () => {
  held.owner = '210987654321'
  const other = await fly({ template: functionOf(5000) })
  assert.deepEqual([other.faults, other.notices.length], [[], 1])
  assert.match(other.notices[0]!, /goes to the account 123456789012, and the credentials here belong to 210987654321 \(name the profile in AWS_PROFILE\)/)
  setEnvironment('AWS_ACCESS_KEY_ID', undefined)
  setEnvironment('AWS_PROFILE', 'no-such-profile-of-this-machine')
  const none = await fly()
  assert.deepEqual([none.faults, none.notices.length], [[], 1])
  assert.match(none.notices[0]!, /there are no AWS credentials/)
})
