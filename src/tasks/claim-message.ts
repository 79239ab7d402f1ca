// A message is claimed before it is run, by the code that keeps requests with an idempotency key from running twice.
import type { Database } from '../persist/index.ts'
import type { IncomingMessage } from '../runtime/edge.ts'
import type { Consumer } from '../runtime/index.ts'
import { type Claim, claimKey, dropKey, freeKey, keyId, settleKey } from '../store/index.ts'

/** What a message may do now. */
export type Claimed =
  /** Run: the first time, or again. Without a claim where the consumer keeps none. */
  | { kind: 'run'; claim?: Claim; attempt: number }
  | { kind: 'done' }
  /** Somebody else runs it. */
  | { kind: 'running' }

// The same for each message: what it holds is no part of its name.
const fingerprint = 'message'

/** Claims it until `leaseUntil` (epoch milliseconds). */
export async function claimMessage(database: Database, { name, options: { idempotency } }: Consumer, { message, leaseUntil }: { message: IncomingMessage; leaseUntil: number }): Promise<Claimed> {
  if (idempotency === false) return { kind: 'run', attempt: message.attempt }
  const id = await keyId(database, ['consumer', name, message.id])
  const state = await claimKey(database, { id, fingerprint, leaseUntil, ttlSeconds: idempotency.ttlSeconds })
  if (state.kind === 'claimed') return { kind: 'run', claim: state.claim, attempt: state.claim.attempt }
  return { kind: state.kind === 'running' ? 'running' : 'done' }
}

/** How a run of a message ended: it is done, may be run again, is given up, or may still have its effect. */
export type MessageEnd = 'done' | 'again' | 'dead' | 'cut-off'

/** Notes it. What cannot be noted is over with the lease. */
export async function endClaim(database: Database, claim: Claim | undefined, end: MessageEnd): Promise<void> {
  if (claim === undefined || end === 'cut-off') return
  const noted: Promise<unknown> = end === 'done' ? settleKey(database, claim, { answer: { status: 200 } }) : end === 'again' ? freeKey(database, claim) : dropKey(database, claim)
  await noted.catch(() => undefined)
}
