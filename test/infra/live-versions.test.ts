// The template says which version is live: the new one, or the one that a pin keeps.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { NestedStack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { isUsageError } from '../../src/errors/index.ts'
import { operation, removeProjects, synthesise, type Synthesised } from './projects.ts'

after(removeProjects)

const operations = [operation('getThing', 'GET /things/{id}'), operation('makeReport', 'POST /reports', { function: 'reports' })]

interface AliasShape {
  Metadata: Record<string, string>
  Properties: { Name: string; FunctionVersion: unknown }
}

// The version of each alias `live` by the name in its metadata; nested stacks included.
function liveVersions({ stack }: Synthesised): Record<string, unknown> {
  const stacks = [stack, ...stack.node.findAll().filter((found) => NestedStack.isNestedStack(found))]
  const aliases = stacks.flatMap((each) => Object.values(Template.fromStack(each).findResources('AWS::Lambda::Alias')) as unknown as AliasShape[])
  return Object.fromEntries(aliases.filter(({ Properties: { Name } }) => Name === 'live').map(({ Metadata, Properties }) => [Metadata['klue:function']!, Properties.FunctionVersion]))
}

test('without a pin every alias has the new version, and says whose it is', () => {
  const versions = liveVersions(synthesise({ operations }))
  assert.deepEqual(Object.keys(versions).sort(), ['documents', 'ingest', 'reporter', 'reports', 'shop'])
  for (const version of Object.values(versions)) assert.match(JSON.stringify(version), /Fn::GetAtt.*CurrentVersion/)
})

test('a pin keeps the versions that it names; the others are new, and new versions are made of all', () => {
  const made = synthesise({ operations, context: { 'klue:pin': 'shop=3,documents=2,ingest=12' } })
  const versions = liveVersions(made)
  assert.deepEqual([versions['shop'], versions['documents'], versions['ingest']], ['3', '2', '12'])
  assert.match(JSON.stringify([versions['reports'], versions['reporter']]), /CurrentVersion.*CurrentVersion/)
  made.template.resourceCountIs('AWS::Lambda::Version', 5)
})

test('pins reach functions in nested stacks', () => {
  const made = synthesise({ operations, context: { 'klue:pin': 'reports=7' } }, { nestFunctions: true })
  assert.equal(liveVersions(made)['reports'], '7')
})

test('versions stay when others come, and one that a failed deployment made goes', () => {
  synthesise({ operations }).template.allResources('AWS::Lambda::Version', { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' })
})

test('lines, messages and the clock reach the kit by its live versions', () => {
  const { template } = synthesise({ operations })
  const [[alias]] = Object.entries(template.findResources('AWS::Lambda::Alias', { Metadata: { 'klue:function': 'ingest' } })) as [[string, unknown]]
  template.allResourcesProperties('AWS::Logs::SubscriptionFilter', { DestinationArn: { Ref: alias } })
  template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', { Qualifier: { 'Fn::Select': [7, { 'Fn::Split': [':', { Ref: alias }] }] } })
  template.hasResourceProperties('AWS::Events::Rule', { Targets: [{ Arn: { Ref: alias } }] })
})

test('a wrong pin is refused with one sentence', () => {
  const refusal = (pin: unknown): string => {
    try {
      synthesise({ operations, context: { 'klue:pin': pin } })
    } catch (error) {
      if (isUsageError(error)) return error.message
      throw error
    }
    return ''
  }
  assert.equal(refusal('shap=3'), '-c klue:pin: there is no function "shap" whose version could be kept (did you mean shop?)')
  assert.equal(refusal('nothing-like-it=3'), '-c klue:pin: there is no function "nothing-like-it" whose version could be kept (there are shop, reports, documents, ingest, reporter)')
  assert.equal(refusal('shop=x'), '-c klue:pin: shop must keep a version, which is a number such as shop=3, not "x" (klue versions lists those that there are)')
  for (const pin of ['', 'shop', 'shop=', 'shop=0', 'shop=$LATEST', 'shop=3,', 'shop=3,shop=4', 3, { shop: 3 }]) assert.match(refusal(pin), /^-c klue:pin: [^\n]+$/, String(pin))
})

test('a function is not called like one of the kit', () => {
  const named = [operation('makeReport', 'POST /reports', { function: 'reporter' })]
  assert.throws(() => synthesise({ operations: named }), /^UsageError: apis\/shop\.yaml \/paths\/~1reports\/post\/x-klue-function: reporter is the name of a function of the kit \(choose another name\)$/)
})
