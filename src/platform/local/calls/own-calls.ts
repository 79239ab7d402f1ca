// Which calls are answered here instead of by dynalite.
import type { DynamoAnswer } from '../call-dynamo.ts'
import type { Dynalite } from '../dynalite.ts'
import { fromBody, toAnswer } from './answers.ts'
import { type Kit, openKit } from './kit.ts'
import { mayTell, writeOne } from './single-write.ts'
import { transactGet, transactWrite } from './transact.ts'

/** Answers a call by its target, for example `DynamoDB_20120810.TransactGetItems`; undefined where it is dynalite's. */
export type OwnCalls = (target: string, body: string | Buffer) => Promise<DynamoAnswer> | undefined

type Call = (kit: Kit, input: Record<string, unknown>) => Promise<object>

const calls: Readonly<Record<string, Call>> = {
  'DynamoDB_20120810.TransactWriteItems': transactWrite,
  'DynamoDB_20120810.TransactGetItems': transactGet,
}

export function openOwnCalls(dynalite: Dynalite, now: () => number): OwnCalls {
  const kit = openKit(dynalite, now)
  return (target, body) => {
    const call = Object.hasOwn(calls, target) ? calls[target] : mayTell(target, body) ? writeOne(target) : undefined
    return call && toAnswer(Promise.resolve().then(() => call(kit, fromBody(body))))
  }
}
