// What the handler of a consumer is given beyond the context of a request: its messages, and steps that are recorded for each of them.
import { UsageError } from '../errors/index.ts'
import type { Database } from '../persist/index.ts'
import type { BatchContext, Consumer, ConsumerContext, Context, Message } from '../runtime/index.ts'
import { type Claim, type RunStep, stepsOf } from '../store/index.ts'

/** A message that is about to be run. */
export interface TakenMessage {
  message: Message
  claim: Claim | undefined
}

/** For one message. */
export function toConsumerContext(context: Context, { name }: Consumer, { database, taken: { message: { body: _, ...message }, claim } }: { database: Database; taken: TakenMessage }): ConsumerContext {
  return Object.assign(context, { consumer: name, message, once: stepsFor(name, database, claim) })
}

/** For a batch. */
export function toBatchContext(context: Context, { name }: Consumer, { database, batch }: { database: Database; batch: readonly TakenMessage[] }): BatchContext {
  const steps = new Map<string, RunStep>(batch.map(({ message, claim }) => [message.id, stepsFor(name, database, claim)]))
  const onceFor: BatchContext['onceFor'] = async (message, step, run) => {
    const found = steps.get(message?.id)
    if (found === undefined) throw new UsageError({ code: 'step-without-key', file: '', message: `The step ${shown(step)} of the consumer ${name} belongs to no message of this batch`, hint: 'pass one of the messages that the handler got' })
    return found(step, run)
  }
  const once: Context['once'] = async (step) => {
    throw new UsageError({ code: 'step-without-key', file: '', message: `The step ${shown(step)} of the consumer ${name} belongs to no message, because it runs for a batch`, hint: 'use context.onceFor(message, name, run)' })
  }
  return Object.assign(context, { consumer: name, once, onceFor })
}

function stepsFor(consumer: string, database: Database, claim: Claim | undefined): RunStep {
  if (claim !== undefined) return stepsOf(database, claim)
  return async (step) => {
    throw new UsageError({ code: 'step-without-key', file: '', message: `The step ${shown(step)} of the consumer ${consumer} could not be told from one that ran already, because nothing is kept of its messages`, hint: 'leave idempotency: false out' })
  }
}

function shown(step: unknown): string {
  return (JSON.stringify(step) ?? String(step)).slice(0, 80)
}
