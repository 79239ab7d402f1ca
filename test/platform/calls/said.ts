// What a DynamoDB says to the calls of a case, without what differs from run to run: compared between the embedded one and another one.
import type { Caller } from './one-table.ts'

/** A case: calls one after the other, whose outcomes are noted. */
export interface Case {
  name: string
  play(say: Say, table: string): Promise<void>
}

/** Makes a call and notes what was said; gives the body of the answer. */
export type Say = (operation: string, input: object, options?: { isSilent: boolean }) => Promise<Record<string, never>>

/** Plays a case on a table of its own name. Programs go by the names of errors; their texts are not compared. */
export async function play(call: Caller, { play }: Case, table: string): Promise<unknown[]> {
  const said: unknown[] = []
  await play(async (operation, input, { isSilent = false } = { isSilent: false }) => {
    const { status, error, body } = await call(operation, input)
    if (!isSilent) said.push(plain(operation === 'UpdateTable' && error === undefined ? {} : error === undefined ? body : { error, ...(status === 400 ? {} : { status }), ...reasonsOf(body) }, table))
    return body as Record<string, never>
  }, table)
  return said
}

function reasonsOf({ CancellationReasons, Item }: Record<string, unknown>): object {
  return {
    ...(CancellationReasons === undefined ? {} : { reasons: (CancellationReasons as { Code: string; Item?: object }[]).map(({ Code, Item: item }) => (item === undefined || item === null ? Code : { Code, Item: item })) }),
    ...(Item === undefined ? {} : { Item }),
  }
}

/** An outcome in one word for a person: the error with the reasons of a cancelled transaction, or that it was done. */
export function inWords(outcome: unknown): string {
  const { error, reasons } = (outcome ?? {}) as { error?: string; reasons?: (string | { Code: string })[] }
  if (error === undefined) return 'done'
  return reasons === undefined ? error : `${error} [${reasons.map((reason) => (typeof reason === 'string' ? reason : reason.Code)).join(', ')}]`
}

/** The rows of the page of differences: each outcome that two databases do not share. */
export function differences(name: string, one: readonly unknown[], other: readonly unknown[]): string[] {
  return one.flatMap((outcome, index) => {
    if (JSON.stringify(outcome) === JSON.stringify(other[index])) return []
    const [own, others] = [inWords(outcome), inWords(other[index])]
    return `| ${name} | ${index + 1} | ${own} | ${own === others ? 'done, with another answer' : others} |`
  })
}

const placeholders: Readonly<Record<string, string>> = { SequenceNumber: 'number', StartingSequenceNumber: 'number', EndingSequenceNumber: 'number', eventID: 'id', ShardIterator: 'iterator', NextShardIterator: 'iterator', ApproximateCreationDateTime: 'time', CreationRequestDateTime: 'time', StreamLabel: 'label', ShardId: 'shard', SizeBytes: 'bytes' }

function plain(value: unknown, table: string): unknown {
  if (typeof value === 'string') return value.replaceAll(table, 'TABLE').replace(/stream\/[\dT:.-]+$/, 'stream/LABEL')
  if (Array.isArray(value)) return value.map((one) => plain(one, table))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null).sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, one]) => [key, placeholders[key] ?? plain(one, table)]))
}
