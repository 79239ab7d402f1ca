// The bucket in which a stage archives its requests, and what ingest may do there.
import { CustomResource, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'
import type { KlueFunction } from './klue-function.ts'

/** Makes the bucket: encrypted, over TLS only, closed to the public, its files gone after some days (0: never). */
export function makeArchiveBucket(scope: Construct, { days, removalPolicy, ingest }: { days: number; removalPolicy: RemovalPolicy; ingest: KlueFunction }): Bucket {
  const bucket = new Bucket(scope, 'Archive', {
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    lifecycleRules: days === 0 ? [] : [{ id: 'expire', expiration: Duration.days(days) }],
    removalPolicy,
  })
  // What klue logs forget has written over must be gone.
  Validations.of(bucket).acknowledge(
    { id: 'AwsSolutions::AwsSolutions-S1', reason: 'One function and the operators of the account read it, whose calls CloudTrail can tell; a log of accesses would need a bucket of its own.' },
    { id: 'Serverless::Serverless-S3BucketVersioning', reason: 'Records that are forgotten must not live on as versions.' },
  )
  ingest.function.addEnvironment('KLUE_ARCHIVE_BUCKET', bucket.bucketName)
  ingest.function.addToRolePolicy(new PolicyStatement({ actions: ['s3:GetObject', 's3:PutObject'], resources: [bucket.arnForObjects('requests/*'), bucket.arnForObjects('index/*')] }))
  // Without it a file that is missing could not be told from one that is refused.
  ingest.function.addToRolePolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }))
  Validations.of(ingest).acknowledge(...['requests', 'index'].map((folder) => ({ id: `AwsSolutions::AwsSolutions-IAM5[Resource::<${idOf(bucket)}.Arn>/${folder}/*]`, reason: 'Files of the archive are called by their day.' })))
  if (removalPolicy === RemovalPolicy.DESTROY) removeFiles(scope, bucket, ingest)
  return bucket
}

// CloudFormation deletes no bucket that holds files: they go with a resource that goes before it.
function removeFiles(scope: Construct, bucket: Bucket, ingest: KlueFunction): void {
  ingest.function.addToRolePolicy(new PolicyStatement({ actions: ['s3:DeleteObject'], resources: [bucket.arnForObjects('*')] }))
  Validations.of(ingest).acknowledge({ id: `AwsSolutions::AwsSolutions-IAM5[Resource::<${idOf(bucket)}.Arn>/*]`, reason: 'A stage that is removed with its data empties its bucket.' })
  const files = new CustomResource(scope, 'ArchiveFiles', { resourceType: 'Custom::KlueArchiveFiles', serviceToken: ingest.function.functionArn, serviceTimeout: Duration.minutes(5), properties: { Bucket: bucket.bucketName } })
  // It needs its role as long as it has something to do.
  files.node.addDependency(ingest)
}

function idOf(bucket: Bucket): string {
  return bucket.stack.getLogicalId(bucket.node.defaultChild as Parameters<typeof bucket.stack.getLogicalId>[0])
}
