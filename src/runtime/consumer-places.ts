// Where messages of consumers lie in AWS: names that the stack gives, by which a worker knows whose message it has.
import type { Consumer } from './exchange/consumer.ts'

/** A consumer as a stack has it: what it is called and where its messages come from. */
export type PlacedConsumer = Pick<Consumer, 'name' | 'source'>

/** What its queues are called: the one that feeds the worker, where the stack makes it, and the one of its dead letters. @param stack `<name>-<stage>` */
export function consumerQueues(stack: string, { name, source }: PlacedConsumer): { queue?: string; dead: string } {
  // A topic that keeps the order feeds nothing but queues that do so too.
  const ending = 'topic' in source && source.topic.endsWith('.fifo') ? '.fifo' : ''
  const dead = `${stack}-${name}-dead${ending}`
  return 'table' in source || givenQueue(source) !== undefined ? { dead } : { queue: `${stack}-${name}${ending}`, dead }
}

/** The ARN of a queue that somebody else has made; undefined where the stack makes it. */
export function givenQueue(source: Consumer['source']): string | undefined {
  return 'queue' in source && source.queue.startsWith('arn:') ? source.queue : undefined
}

/** The consumer whose messages come from an ARN: that of a queue, or of a table's stream. */
export function consumerAt<Placed extends PlacedConsumer>(consumers: Iterable<Placed>, arn: string, { stack, tablePrefix }: { stack: string; tablePrefix: string }): Placed | undefined {
  const table = /^arn:[^:]+:dynamodb:[^:]*:[^:]*:table\/([^/]+)\/stream\//.exec(arn)?.[1]
  const queue = arn.split(':').at(-1)
  for (const consumer of consumers) {
    const { source } = consumer
    if ('table' in source ? table === `${tablePrefix}${source.table}` : givenQueue(source) === arn || (table === undefined && queue === consumerQueues(stack, consumer).queue)) return consumer
  }
  return undefined
}
