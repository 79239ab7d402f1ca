// The weekly digest: what was measured in the seven days before, by job; kept as the result of its task.
import { defineTask, type Task } from 'klue/runtime'
import { Digest, DigestOrder } from '../gen/builds.ts'

// Loaded with its first run: who answers requests does without.
export const makeDigest: Task<{ days?: number }, Digest> = defineTask('makeDigest', { input: DigestOrder, result: Digest, timeoutSeconds: 300 }, async (order, context) => (await import('./count-days.ts')).countDays(order, context))
