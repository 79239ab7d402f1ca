// A table in memory with DynamoDB's limits: so many units a second for each partition, and a refusal beyond.
import type { Database } from '../../src/persist/index.ts'
import { attributesBytes } from '../../src/persist/attributes.ts'

type Item = Record<string, { S?: string; N?: string; B?: Uint8Array } | undefined>

export interface Limited extends Database {
  /** Units written in the busiest second of any partition, with its key. */
  hottest(): { key: string; units: number }
  /** Units that were written, and calls that were refused. */
  readonly written: number
  readonly refused: number
  readonly items: ReadonlyMap<string, Item>
}

/** What the kit's own code asks of such a table while it takes lines in. `clock` tells the second (epoch milliseconds). */
export function limitedDatabase({ clock, writesASecond = 1000 }: { clock: () => number; writesASecond?: number }): Limited {
  const items = new Map<string, Item>()
  const bySecond = new Map<string, number>()
  let [written, refused] = [0, 0]
  const take = (key: string, units: number): void => {
    const name = `${Math.floor(clock() / 1000)} ${key}`
    const used = bySecond.get(name) ?? 0
    if (used + units > writesASecond) {
      refused += 1
      throw Object.assign(new Error('too much'), { reason: 'ProvisionedThroughputExceededException' })
    }
    bySecond.set(name, used + units)
    written += units
  }
  const calls: Record<string, (input: Record<string, unknown>) => unknown> = {
    PutItem(input: object) {
      const { Item: own, ConditionExpression: condition } = input as { Item: Item; ConditionExpression?: string }
      const key = `${own['pk']!.S} ${own['sk']!.S}`
      take(own['pk']!.S!, Math.ceil(attributesBytes(own as never) / 1024))
      if (condition === 'attribute_not_exists(pk)' && items.has(key)) throw Object.assign(new Error('there'), { reason: 'ConditionalCheckFailedException' })
      items.set(key, own)
      return {}
    },
    GetItem: ({ Key: { pk, sk } }: Record<string, never> & { Key: { pk: { S: string }; sk: { S: string } } }) => ({ Item: items.get(`${pk.S} ${sk.S}`) }),
    Query: ({ ExpressionAttributeValues: { ':pk': pk } }: Record<string, never> & { ExpressionAttributeValues: { ':pk': { S: string } } }) => ({ Items: [...items].filter(([key]) => key.startsWith(`${pk.S} `)).map(([, item]) => item) }),
  } as never
  return {
    prefix: 'limited-',
    endpoint: undefined,
    now: clock,
    close: () => undefined,
    run: async (name, input) => calls[name]!(input as never) as never,
    items,
    get written() {
      return written
    },
    get refused() {
      return refused
    },
    hottest() {
      let hottest = { key: '', units: 0 }
      for (const [name, units] of bySecond) if (units > hottest.units) hottest = { key: name.slice(name.indexOf(' ') + 1), units }
      return hottest
    },
  }
}
