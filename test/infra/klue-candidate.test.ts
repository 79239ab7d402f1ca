// The candidate in a template: there for as long as it is asked for, and closed to everybody without the token.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { after, test } from 'node:test'
import vm from 'node:vm'
import { NestedStack } from 'aws-cdk-lib'
import { Match, Template } from 'aws-cdk-lib/assertions'
import { setEnvironment } from '../../src/config/index.ts'
import type { AuthorizerEvent } from '../../src/platform/aws/candidate-authorizer.ts'
import { operation, removeProjects, synthesise } from './projects.ts'

after(removeProjects)

const token = 'token-of-this-test'
const tokenHash = createHash('sha256').update(token).digest('hex')
const context = { 'klue:candidate': tokenHash, 'klue:pin': 'shop=3,reports=2,documents=2' }
const operations = [operation('getThing', 'GET /things/{id}'), operation('makeReport', 'POST /reports', { function: 'reports' })]

interface Resource {
  Type: string
  Properties: Record<string, unknown>
}

const resources = (template: Template): [string, Resource][] => Object.entries((template.toJSON() as { Resources: Record<string, Resource> }).Resources)

test('without the context there is nothing of it', () => {
  const { template, service } = synthesise({ operations })
  assert.equal(service.candidate, undefined)
  assert.doesNotMatch(JSON.stringify(template.toJSON()).replaceAll(/"Description":"[^"]*"/g, ''), /candidate/i)
})

test('each function of the API has the new version as its candidate, and a second HTTP API calls it', () => {
  const { template, service } = synthesise({ operations, context })
  assert.deepEqual([...service.candidate!.apis.keys()], ['shop'])
  const aliases = resources(template).filter(([, { Type, Properties }]) => Type === 'AWS::Lambda::Alias' && Properties['Name'] === 'candidate')
  assert.equal(aliases.length, 3)
  for (const [, { Properties }] of aliases) assert.match(JSON.stringify(Properties['FunctionVersion']), /Fn::GetAtt.*CurrentVersion/)
  const apis = resources(template).filter(([, { Type }]) => Type === 'AWS::ApiGatewayV2::Api')
  assert.deepEqual(apis.map(([, { Properties }]) => Properties['Name']), ['shop-dev-candidate', 'shop-dev'])
  const [candidate, live] = apis.map(([id]) => resources(template).filter(([, { Type, Properties }]) => Type === 'AWS::ApiGatewayV2::Route' && JSON.stringify(Properties['ApiId']) === JSON.stringify({ Ref: id })).map(([, { Properties }]) => Properties))
  assert.deepEqual(candidate!.map(({ RouteKey }) => RouteKey).sort(), live!.map(({ RouteKey }) => RouteKey).sort())
  assert.deepEqual(new Set(candidate!.map(({ AuthorizationType }) => AuthorizationType)), new Set(['CUSTOM']))
  assert.deepEqual(new Set(live!.map(({ AuthorizerId }) => AuthorizerId)), new Set([undefined]))
  const ids = new Set(aliases.map(([id]) => id))
  const integrations = resources(template).filter(([, { Type, Properties }]) => Type === 'AWS::ApiGatewayV2::Integration' && (Properties['ApiId'] as { Ref: string }).Ref === apis[0]![0])
  assert.deepEqual(new Set(integrations.map(([, { Properties }]) => (Properties['IntegrationUri'] as { Ref: string }).Ref)), ids)
  assert.deepEqual(Object.keys(template.findOutputs('*')).sort(), ['CandidateUrl', 'Url'])
})

test('a function that is new takes no requests before it is tried: the pinned one goes on answering', () => {
  const routesOf = (pin: string, config = ''): Record<string, string[]> => {
    const { template } = synthesise({ operations, config, context: { 'klue:candidate': tokenHash, ...(pin === '' ? {} : { 'klue:pin': pin }) } })
    const names = Object.fromEntries(resources(template).filter(([, { Type }]) => Type === 'AWS::ApiGatewayV2::Api').map(([id, { Properties }]) => [id, String(Properties['Name'])]))
    const routes = resources(template).filter(([, { Type }]) => Type === 'AWS::ApiGatewayV2::Route')
    return Object.fromEntries(Object.entries(names).map(([id, name]) => [name, routes.filter(([, { Properties }]) => (Properties['ApiId'] as { Ref: string }).Ref === id).map(([, { Properties }]) => String(Properties['RouteKey'])).sort()]))
  }
  const all = ['$default', 'ANY /doc/{document}', 'POST /reports']
  assert.deepEqual(routesOf('shop=3,documents=2'), { 'shop-dev': ['$default', 'ANY /doc/{document}'], 'shop-dev-candidate': all })
  assert.deepEqual(routesOf('shop=3'), { 'shop-dev': ['$default'], 'shop-dev-candidate': all })
  // A limit names its route, which stays and leads to the function of the API.
  assert.deepEqual(routesOf('shop=3,documents=2', 'throttle_operations: [makeReport 1 1]\n'), { 'shop-dev': all, 'shop-dev-candidate': all })
  // Nothing is live yet: there is nothing to hold back from.
  assert.deepEqual(routesOf(''), { 'shop-dev': all, 'shop-dev-candidate': all })
})

test('its log goes with it, also on a live stage', () => {
  const { template } = synthesise({ stage: 'live', config: 'live_host: shop.example.com\n', operations, context })
  const logs = resources(template).filter(([id, { Type }]) => Type === 'AWS::Logs::LogGroup' && id.includes('Candidate')) as unknown as [string, { DeletionPolicy: string }][]
  assert.deepEqual(logs.map(([, { DeletionPolicy }]) => DeletionPolicy), ['Delete', 'Delete'])
})

test('the gateway asks the authorizer each time, and not at all without the header', () => {
  const { template } = synthesise({ operations, context })
  template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', { AuthorizerType: 'REQUEST', EnableSimpleResponses: true, AuthorizerPayloadFormatVersion: '2.0', IdentitySource: ['$request.header.x-klue-candidate'], AuthorizerResultTtlInSeconds: 0 })
  template.hasResourceProperties('AWS::Lambda::Function', { Environment: { Variables: { KLUE_CANDIDATE: tokenHash } }, Code: { ZipFile: Match.anyValue() } })
  assert.ok(!JSON.stringify(template.toJSON()).includes(token))
})

test('the text in the template lets the token in, and nothing else', async () => {
  const { template } = synthesise({ operations, context })
  const [authorizer] = resources(template).filter(([, { Type, Properties }]) => Type === 'AWS::Lambda::Function' && (Properties['Code'] as { ZipFile?: string }).ZipFile !== undefined && /token of the deployment/.test(String(Properties['Description'])))
  const text = (authorizer![1].Properties['Code'] as { ZipFile: string }).ZipFile
  assert.ok(text.length < 12_000, `${text.length} characters`)
  const module = { exports: {} as { handler(event: AuthorizerEvent): Promise<unknown> } }
  vm.runInThisContext(`(function (module, exports, require) {${text}\n})`)(module, module.exports, createRequire(import.meta.url))
  const ask = async (headers: AuthorizerEvent['headers'], hash: string | undefined = tokenHash): Promise<unknown> => {
    setEnvironment('KLUE_CANDIDATE', hash)
    try {
      return await module.exports.handler(headers === undefined ? {} : { headers })
    } finally {
      setEnvironment('KLUE_CANDIDATE', undefined)
    }
  }
  assert.deepEqual(await ask({ 'x-klue-candidate': token }), { isAuthorized: true })
  const refused = { isAuthorized: false }
  for (const headers of [undefined, {}, { 'x-klue-candidate': '' }, { 'x-klue-candidate': tokenHash }, { 'x-klue-candidate': `${token},${token}` }, { authorization: token }]) assert.deepEqual(await ask(headers), refused)
  for (const hash of ['', 'x', tokenHash.toUpperCase(), createHash('sha256').update('').digest('hex')]) assert.deepEqual(await ask({ 'x-klue-candidate': token }, hash), refused)
  assert.deepEqual(await ask({ 'x-klue-candidate': '' }, createHash('sha256').update('').digest('hex')), refused)
})

test('functions in nested stacks have their candidate, and its routes, there', () => {
  const { stack, template } = synthesise({ operations, context }, { nestFunctions: true })
  const [nested] = stack.node.findAll().filter((found) => NestedStack.isNestedStack(found)).map((nest) => Template.fromStack(nest))
  nested!.hasResourceProperties('AWS::Lambda::Alias', { Name: 'candidate' })
  nested!.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: 'POST /reports', AuthorizationType: 'CUSTOM' })
  template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: '$default', AuthorizationType: 'CUSTOM' })
})

test('what is no hash is refused with one sentence', () => {
  for (const wrong of ['', token, tokenHash.slice(1), `${tokenHash}0`, tokenHash.toUpperCase(), 7, true]) {
    assert.throws(() => synthesise({ operations, context: { 'klue:candidate': wrong } }), /^UsageError: -c klue:candidate: the candidate is protected by the SHA-256 of its token[^\n]*$/)
  }
})
