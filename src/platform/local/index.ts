// What stands in for AWS on a developer's machine: HTTP listeners, the embedded DynamoDB and the file of secrets. Never in a bundle.
export { type DynamoAccess, joinLocalDynamo } from './announcement.ts'
export { abandonLocalDynamo, type LocalDynamo, lockLocalData, openLocalDynamo } from './dynamo.ts'
export { type ListenerOptions, openListener, targetOf } from './listener.ts'
export { isAlive, isIdentity, type ProcessIdentity, thisProcess } from './process-lock.ts'
export { type LocalSecrets, localSecrets } from './secrets.ts'
