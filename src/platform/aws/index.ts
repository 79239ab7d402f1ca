// What stands in for the SDK inside functions: clients of a few lines, and the secrets that they read.
export { type CloudFormationParts, type CustomResourceEvent, tellCloudFormation } from './answer-cloudformation.ts'
export { type AwsBucket, awsBucket, type AwsBucketOptions } from './bucket.ts'
export { type DynamoAbility, lackingAbilities } from './dynamodb-abilities.ts'
export { type AwsCall, type AwsClientOptions, AwsFailure, awsJsonClient } from './json-client.ts'
export { type AwsAnswer, type AwsRequest, openSender, type SendToAws } from './send.ts'
export { type AwsSecrets, awsSecrets, type AwsSecretsOptions } from './secrets.ts'
export { type AwsCredentials, signedHeaders } from './sign.ts'
export { type AwsPost, type AwsPostOptions, awsSignedPost } from './signed-post.ts'
