// What commands and the CDK app do in the account, before and beside a deployment. Never in a bundle.
export { failureQueueName, openFailureQueue, type OpenedFailureQueue, type QueuedFailure } from './failure-queue.ts'
export { type PlannedStack, preflight, type PreflightOptions } from './preflight.ts'
export { checkKnown, checkSecret, newSecretValue, type SecretRow, secretRows } from './secret-rows.ts'
export type { SecretState, StageSecrets } from './secret-types.ts'
export { openSigningKey } from './signing-key.ts'
export { openStageSecrets } from './stage-secrets.ts'
export { tableChanges } from './table-changes.ts'
export type { Template, TemplateResource } from './template.ts'
