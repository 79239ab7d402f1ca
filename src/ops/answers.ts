// What every handler of the ops API shares: reading how an answer is wanted, writing it, and refusals of changes.
import { ChangeRefused } from '../control/index.ts'
import { type ApiRequest, type Reply, reply } from '../runtime/index.ts'
import { chooseColumns, chooseSortKeys, type Column, sortRows } from './format/cat-columns.ts'
import { helpText, tableRecords, tableText } from './format/cat-table.ts'
import { refusal } from './format/query-error.ts'
import { type Common, type Query, readCat, readCommon } from './format/read-query.ts'
import { writeAnswer } from './format/write-answer.ts'

/** An answer that is written already. */
export type TextReply = Reply<200, string>

/** What handlers get of a request. */
export interface Asked {
  query: Query
  raw: ApiRequest
}

/** How an object is to be written; throws the 422. */
export function readWish({ query, raw }: Asked): Common {
  return readCommon(query, { accept: raw.headers['accept'], forms: ['json', 'yaml'] })
}

/** An object as JSON or YAML. */
export function answerValue(value: unknown, common: Common): TextReply {
  const { contentType, text } = writeAnswer(value, common)
  return answerText(text, contentType)
}

export function answerText(text: string, contentType: string = 'text/plain; charset=utf-8'): TextReply {
  return reply(200, text, { headers: { 'content-type': contentType, 'cache-control': 'no-store' } })
}

/** A table as it is wanted. `rows` are fetched once the query was read. */
export async function answerTable<Row>({ query, raw }: Asked, columns: readonly Column<Row>[], rows: () => readonly Row[] | Promise<readonly Row[]>): Promise<TextReply> {
  const common = readCommon(query, { accept: raw.headers['accept'], forms: ['text', 'json', 'yaml'] })
  const { hasHeader, isHelp, h, s, ...units } = readCat(query)
  const [shown, keys] = [chooseColumns(columns, h), chooseSortKeys(columns, s)]
  if (isHelp) return answerText(helpText(columns))
  const sorted = sortRows(await rows(), keys)
  if (common.form === 'text') return answerText(tableText({ columns: shown, rows: sorted, hasHeader, ...units }))
  return answerValue(tableRecords({ columns: shown, rows: sorted, ...units }), common)
}

/** A change; throws the 422 with what was wrong in it. */
export async function changed<Result>(change: Promise<Result>): Promise<Result> {
  try {
    return await change
  } catch (error) {
    // By name: a bundle may hold a copy of its own.
    if (!(error instanceof Error) || error.name !== 'ChangeRefused') throw error
    throw refusal((error as ChangeRefused).faults.map(({ path, message }) => ({ in: 'body', place: path, message })))
  }
}
