// What the handler of a consumer is given besides its messages.
import type { BatchOptions, Message } from './consumer.ts'
import type { Context } from './handler-context.ts'

/** The second argument of a handler that gets one message. */
export interface ConsumerContext extends Context {
  /** Name of the consumer. */
  consumer: string
  message: Omit<Message, 'body'>
  /**
   * Runs a step of this message. Once its result was recorded it never runs again for the same message: later runs get that
   * result, as JSON holds it. Not with `idempotency: false`.
   */
  once<Result>(name: string, run: () => Result | Promise<Result>): Promise<Result>
}

/** The second argument of a handler that gets batches. */
export interface BatchContext extends Context {
  /** Name of the consumer. */
  consumer: string
  /** As `once` of a handler that gets one message, for one of the batch. */
  onceFor<Result>(message: Pick<Message, 'id'>, name: string, run: () => Result | Promise<Result>): Promise<Result>
}

/** What a handler of batches may return: the messages that have to come again; all others are done. */
export interface BatchResult {
  /** Ids of messages. */
  failed: readonly string[]
}

/** The function of a consumer. What it throws lets the message, or all of the batch, come again. */
export type ConsumerHandler<Body, Batch extends BatchOptions | undefined = undefined> = [Batch] extends [undefined]
  ? (message: Message<Body>, context: ConsumerContext) => unknown
  : // oxlint-disable-next-line typescript/no-invalid-void-type
    (messages: readonly Message<Body>[], context: BatchContext) => BatchResult | void | Promise<BatchResult | void>
