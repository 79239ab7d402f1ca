// Signing keys in a stack: what the function may do, and that the text in the template really runs.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import vm from 'node:vm'
import { App, Stack } from 'aws-cdk-lib'
import { Match, Template } from 'aws-cdk-lib/assertions'
import { setEnvironment } from '../../src/config/index.ts'
import { SigningKeys } from '../../src/infra/signing-keys.ts'
import type { CustomResourceEvent } from '../../src/platform/aws/index.ts'
import { startAwsServer } from '../platform/aws-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'klue-signing-keys-'))
let template: Template

before(() => {
  const stack = new Stack(new App({ outdir: folder }), 'Test')
  const keys = new SigningKeys(stack, 'SigningKeys', { secretPrefix: 'klue/shop/live/', names: ['jwt_secret'] })
  assert.equal(keys.function.node.path, 'Test/SigningKeys/Function')
  template = Template.fromStack(stack)
})
after(() => rmSync(folder, { recursive: true, force: true }))

test('the custom resource names the secrets, and holds no value', () => {
  template.resourceCountIs('AWS::Lambda::Function', 1)
  template.hasResourceProperties('Custom::KlueSigningKeys', { Names: ['klue/shop/live/jwt_secret'], ServiceTimeout: '300' })
  template.hasResourceProperties('AWS::Lambda::Function', { Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: 'index.handler', Environment: Match.absent() })
  template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 })
})

test('the function may make, describe and restore these secrets, and read none', () => {
  const statements = Object.values(template.findResources('AWS::IAM::Policy')).flatMap(({ Properties }) => (Properties as { PolicyDocument: { Statement: { Action: string | string[]; Resource: unknown }[] } }).PolicyDocument.Statement)
  const own = statements.filter(({ Action }) => JSON.stringify(Action).includes('secretsmanager'))
  assert.deepEqual(own.map(({ Action }) => Action), [['secretsmanager:CreateSecret', 'secretsmanager:DescribeSecret', 'secretsmanager:RestoreSecret']])
  const resources = (own[0]!.Resource as { 'Fn::Join': [string, unknown[]] }[]).map((resource) => resource['Fn::Join'][1].at(-1))
  assert.deepEqual(resources, [':secret:klue/shop/live/jwt_secret', ':secret:klue/shop/live/jwt_secret-??????'])
})

test('the text in the template is small, and makes a key', async () => {
  const { ZipFile: text } = (Object.values(template.findResources('AWS::Lambda::Function'))[0] as { Properties: { Code: { ZipFile: string } } }).Properties.Code
  assert.ok(text.length < 16_000, `${text.length} characters`)
  const server = await startAwsServer(() => ({ body: {} }))
  const variables = { AWS_ENDPOINT_URL: server.url, AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key' }
  try {
    for (const [name, value] of Object.entries(variables)) setEnvironment(name, value)
    const module = { exports: {} as { handler(event: CustomResourceEvent): Promise<void> } }
    vm.runInThisContext(`(function (module, exports, require) {${text}\n})`)(module, module.exports, createRequire(import.meta.url))
    await module.exports.handler({ RequestType: 'Create', ResponseURL: `${server.url}/answer?signed=1`, StackId: 's', RequestId: 'r', LogicalResourceId: 'Keys', ResourceProperties: { Names: ['klue/shop/live/jwt_secret'] } })
    assert.deepEqual(server.seen.map(({ method, target }) => `${method} ${target}`), ['POST secretsmanager.CreateSecret', 'PUT /answer?signed=1'])
    assert.equal((JSON.parse(server.seen[1]!.text) as { Status: string }).Status, 'SUCCESS')
  } finally {
    for (const name of Object.keys(variables)) setEnvironment(name, undefined)
    await server.close()
  }
})
