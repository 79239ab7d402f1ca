// Which calls are answered here instead of by dynalite.
import type { DynamoAnswer } from '../call-dynamo.ts'
import type { Dynalite } from '../dynalite.ts'
import { countBytes } from '../limits.ts'
import { fromBody, toAnswer } from './answers.ts'
import { describeTimeToLive, updateTimeToLive } from './expiry-calls.ts'
import { type Kit, openKit } from './kit.ts'
import { mayTell, writeOne } from './single-write.ts'
import { describeStream, getRecords, getShardIterator, listStreams } from './stream-calls.ts'
import type { Streams } from './streams.ts'
import { startSweeping, type Sweeper, type SweepLimits } from './sweep.ts'
import { tableCall } from './table-calls.ts'
import { transactGet, transactWrite } from './transact.ts'

/** Answers a call by its target, for example `DynamoDB_20120810.TransactGetItems`; undefined where it is dynalite's. */
export type Answer = (target: string, body: string | Buffer) => Promise<DynamoAnswer> | undefined

export interface OwnCalls extends Sweeper, Pick<Streams, 'subscribe'> {
  answer: Answer
}

type Call = (kit: Kit, input: Record<string, unknown>) => Promise<object>

const calls: Readonly<Record<string, Call>> = {
  'DynamoDB_20120810.TransactWriteItems': transactWrite,
  'DynamoDB_20120810.TransactGetItems': transactGet,
  'DynamoDB_20120810.UpdateTimeToLive': updateTimeToLive,
  'DynamoDB_20120810.DescribeTimeToLive': describeTimeToLive,
  'DynamoDBStreams_20120810.ListStreams': listStreams,
  'DynamoDBStreams_20120810.DescribeStream': describeStream,
  'DynamoDBStreams_20120810.GetShardIterator': getShardIterator,
  'DynamoDBStreams_20120810.GetRecords': getRecords,
}

/** Opens what these calls keep, and begins to sweep. */
export async function openOwnCalls(dynalite: Dynalite, { now, ...limits }: { now: () => number } & Partial<SweepLimits>): Promise<OwnCalls> {
  countBytes(dynalite.logic)
  const kit = await openKit(dynalite, now)
  return {
    answer(target, body) {
      const call = Object.hasOwn(calls, target) ? calls[target] : mayTell(target, body) ? writeOne(target) : tableCall(target, body)
      return call && toAnswer(Promise.resolve().then(() => call(kit, fromBody(body))))
    },
    subscribe: kit.streams.subscribe,
    ...startSweeping(kit, { rows: 20_000, records: 100_000, everyMs: 60_000, ...limits }),
  }
}
