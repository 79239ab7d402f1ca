// The bucket of the archive: only where it is asked for, closed, encrypted, and with the rights that archiving takes.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Match, Template } from 'aws-cdk-lib/assertions'
import { removeProjects, synthesise } from './projects.ts'

after(removeProjects)

interface Statement {
  Action: string | string[]
  Resource: unknown
}

function statementsOn(template: Template, prefix: string): Statement[] {
  const policies = Object.values(template.findResources('AWS::IAM::Policy')) as { Properties: { PolicyDocument: { Statement: Statement[] } } }[]
  return policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement).filter(({ Action }) => [Action].flat().some((action) => action.startsWith(prefix)))
}

test('without the key there is no bucket, no right and no variable', () => {
  const { template, service } = synthesise({})
  template.resourceCountIs('AWS::S3::Bucket', 0)
  assert.deepEqual(statementsOn(template, 's3:'), [])
  assert.equal(JSON.stringify(template.toJSON()).includes('KLUE_ARCHIVE_BUCKET'), false)
  assert.equal(service.telemetry!.archive, undefined)
})

test('a live stage keeps its bucket and what is in it', () => {
  const { template, service } = synthesise({ stage: 'live', config: 'live_host: shop.example.com\nlog_archive: true\nlog_archive_days: 400\n' })
  template.hasResource('AWS::S3::Bucket', {
    DeletionPolicy: 'Retain',
    Properties: {
      BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      LifecycleConfiguration: { Rules: [{ Id: 'expire', Status: 'Enabled', ExpirationInDays: 400 }] },
      VersioningConfiguration: Match.absent(),
    },
  })
  template.hasResourceProperties('AWS::S3::BucketPolicy', { PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })]) } })
  template.resourceCountIs('Custom::KlueArchiveFiles', 0)
  assert.deepEqual(statementsOn(template, 's3:').flatMap(({ Action }) => Action), ['s3:GetObject', 's3:PutObject', 's3:ListBucket'])
  const withBucket = Object.values(template.findResources('AWS::Lambda::Function', { Properties: { Environment: { Variables: { KLUE_ARCHIVE_BUCKET: Match.anyValue() } } } })) as { Properties: { Description: string } }[]
  assert.deepEqual(withBucket.map(({ Properties }) => Properties.Description), ['shop, stage live: takes lines in'])
  assert.ok(service.telemetry!.archive !== undefined)
})

test('a stage that goes with its data takes the files along, before the bucket', () => {
  const { template } = synthesise({ config: 'log_archive: true\nlog_archive_days: 0\n' })
  template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Delete', Properties: { LifecycleConfiguration: Match.absent() } })
  template.hasResource('Custom::KlueArchiveFiles', { Properties: { ServiceToken: Match.anyValue(), Bucket: { Ref: Match.stringLikeRegexp('Archive') } }, DependsOn: Match.arrayWith([Match.stringLikeRegexp('TelemetryIngestRoleDefaultPolicy')]) })
  assert.deepEqual(statementsOn(template, 's3:Delete').length, 1)
})
