// What stands in for AWS on a developer's machine: HTTP listeners, the embedded DynamoDB and the file of secrets. Never in a bundle.
export { abandonLocalDynamo, joinLocalDynamo, type LocalDynamo, openLocalDynamo } from './dynamo.ts'
export { type ListenerOptions, openListener, targetOf } from './listener.ts'
export { isAlive, type ProcessIdentity, thisProcess } from './process-lock.ts'
export { type LocalSecrets, localSecrets } from './secrets.ts'
