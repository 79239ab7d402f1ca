// klue logs: the requests of a stage, as they were stored.
import type { Database } from '../../persist/index.ts'
import type { ArchiveLook, RequestFilter } from '../../telemetry/index.ts'
import { type Command, type CommandCall, type CommandOption, stageOption, textOption } from '../command.ts'
import { logLine } from '../log-line.ts'
import { misuse } from '../run.ts'
import { readSince } from '../since.ts'
import { printJsonLine, printPainted } from '../output.ts'

const filterOptions: Record<string, CommandOption> = {
  operation: { type: 'string', value: 'ID', doc: 'Only this operationId.' },
  level: { type: 'string', value: 'LEVEL', doc: 'Only from this level on: `debug`, `info`, `warn` or `error`.' },
  status: { type: 'string', value: 'STATUS', doc: 'Only this status (`404`), or this class (`5xx`), or several (`4xx,5xx`).' },
  user: { type: 'string', value: 'ID', doc: 'Only requests of this user.' },
  'error-id': { type: 'string', value: 'ID', doc: 'Only the request with this error id.' },
  'call-id': { type: 'string', value: 'ID', doc: 'Only requests that belong to this call, of every klue service in the account and region (locally: in the same data).' },
  path: { type: 'string', value: 'PATH', doc: 'Only paths that begin so.' },
  ip: { type: 'string', value: 'ADDRESS', doc: 'Only requests from this address.' },
  instance: { type: 'string', value: 'ID', doc: 'Only requests that this instance of a function has answered.' },
  text: { type: 'string', value: 'TEXT', doc: 'Only requests whose line holds this text; capitals do not count.' },
}

export const logs: Command = {
  name: 'logs',
  arguments: '[forget]',
  summary: 'Shows the requests of a stage: columns on a terminal, one JSON object a line in a pipe. `forget` takes away what is kept of them.',
  options: {
    follow: { type: 'boolean', doc: 'Goes on with those that come, until Ctrl-C.' },
    ...filterOptions,
    since: { type: 'string', value: 'TIME', doc: 'How far to look back (`30m`, `2h`, `7d`), or the time to begin with (ISO 8601); `1h` by default.' },
    until: { type: 'string', value: 'TIME', doc: 'The time to end before, in the same way; now by default.' },
    limit: { type: 'string', value: 'N', doc: 'The newest ones, so many at most; 100 by default.' },
    fields: { type: 'string', value: 'NAMES', doc: 'Prints only these fields, parted by commas, one JSON object a line.' },
    yes: { type: 'boolean', doc: '`forget` does not ask.' },
    stage: stageOption,
    json: { type: 'boolean', doc: 'Prints JSON lines on a terminal too.' },
  },
  async run(call) {
    const [what, ...more] = call.positionals
    if (more.length > 0 || (what !== undefined && what !== 'forget')) throw misuse(`klue logs ${call.positionals.join(' ')} is none`, 'klue logs shows requests, klue logs forget takes away what is kept of them')
    const filter = filterOf(call)
    if (what === 'forget') return await (await import('../forget-logs.ts')).forgetLogs(call, filter)
    const limit = limitOf(call)
    const [since, until] = [readSince(textOption(call, 'since') ?? '1h', Date.now()), untilOf(call)]
    const { loadStage } = await import('../stage.ts')
    const [{ openStageStore }, { keepRulesOf, keptFrom }] = await Promise.all([import('../../dev/index.ts'), import('../../telemetry/index.ts')])
    const config = await loadStage(call.root, textOption(call, 'stage'), 'leave out')
    const opened = await openStageStore(call.root, config)
    try {
      const before = keptFrom(Date.now(), keepRulesOf(config))
      const files = since < before ? await opened.openArchive() : undefined
      const archive = files === undefined ? undefined : { files, before }
      const [seen, told] = [new Set<string>(), new Set<string>()]
      const look = (from: number): Promise<number> => show(call, { database: opened.database, archive, filter, limit, from, until, seen, told })
      let newest = await look(since)
      if (call.values['follow'] === true) await follow(async () => void (newest = Math.max(newest, await look(Math.max(since, newest - overlapMs)))))
      return 0
    } finally {
      await opened.close()
    }
  },
}

// Requests are stored when they end, those of several functions in any order.
const overlapMs = 60_000
const pollMs = 1000

interface Look {
  database: Database
  archive: ArchiveLook | undefined
  filter: RequestFilter
  limit: number
  from: number
  until: number | undefined
  /** Requests that were shown already. */
  seen: Set<string>
  /** What was said already of stores that could not be read. */
  told: Set<string>
}

// Resolves to the time of the newest request that was shown.
async function show(call: CommandCall, { database, archive, filter, limit, from, until, seen, told }: Look): Promise<number> {
  const { findRequests, recordOf } = await import('../../telemetry/index.ts')
  const find = (store: Database): ReturnType<typeof findRequests> => findRequests(store, { from, to: until ?? Date.now() + overlapMs }, { filter, limit: limit + seen.size, archive: store === database ? archive : undefined })
  const { page, rows } = await (await import('../find-call.ts')).findCall(database, { find, isEverywhere: filter.callId !== undefined, tell: (sentence) => {
    if (!told.has(sentence)) call.output.printError(`klue: ${sentence}`)
    told.add(sentence)
  } })
  const found = rows.map(({ row, prefix }) => ({ row, name: `${prefix} ${row.started} ${row.requestId}` })).filter(({ name }) => !seen.has(name))
  const fresh = found.sort((one, other) => other.row.started - one.row.started).slice(0, limit).map(({ row, name }) => ({ record: recordOf(row), started: row.started, name }))
  for (const { name } of fresh) seen.add(name)
  const isTerminal = process.stdout.isTTY === true && call.values['json'] !== true
  const fields = textOption(call, 'fields')?.split(',')
  // Rows are in order to the second.
  fresh.sort((one, other) => Date.parse(String(one.record['started'])) - Date.parse(String(other.record['started'])) || one.started - other.started)
  for (const { record } of fresh) {
    if (fields === undefined && isTerminal) printPainted(call.output, logLine(record, call.output))
    else printJsonLine(call.output, fields === undefined ? record : Object.fromEntries(fields.map((name) => [name, record[name]])))
  }
  // Where the limit ended it, more of the same is no surprise.
  if (!page.isComplete && page.rows.length < limit) call.output.printError(`klue: looked at ${page.looked.toLocaleString('en-US')} requests, back to ${new Date(page.lookedTo).toISOString()}; --until ${new Date(page.lookedTo).toISOString()} goes on`)
  return Math.max(from, ...fresh.map(({ started }) => started))
}

async function follow(look: () => Promise<void>): Promise<void> {
  const stopped = new AbortController()
  const stop = (): void => stopped.abort()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop)
  const { setTimeout: sleep } = await import('node:timers/promises')
  while (!stopped.signal.aborted) {
    await sleep(pollMs, undefined, { signal: stopped.signal }).catch(() => undefined)
    if (!stopped.signal.aborted) await look()
  }
}

const levels = ['debug', 'info', 'warn', 'error'] as const

function filterOf(call: CommandCall): RequestFilter {
  const [level, status] = [textOption(call, 'level'), textOption(call, 'status')]
  const known = levels.find((name) => name === level)
  if (level !== undefined && known === undefined) throw misuse(`--level ${level} is no level`, 'use debug, info, warn or error')
  if (status !== undefined && !/^[1-9](\d\d|xx)(,[1-9](\d\d|xx))*$/.test(status)) throw misuse(`--status ${status} is no status`, 'for example 404, 5xx or 4xx,5xx')
  const given = { operation: textOption(call, 'operation'), level: known, status, user: textOption(call, 'user'), errorId: textOption(call, 'error-id'), callId: textOption(call, 'call-id'), path: textOption(call, 'path'), ip: textOption(call, 'ip'), instance: textOption(call, 'instance'), text: textOption(call, 'text') }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as RequestFilter
}

function untilOf(call: CommandCall): number | undefined {
  const until = textOption(call, 'until')
  if (until === undefined) return undefined
  if (call.values['follow'] === true) throw misuse('--follow has no end, and --until is one', 'leave one of them out')
  return readSince(until, Date.now(), 'until')
}

function limitOf(call: CommandCall): number {
  const text = textOption(call, 'limit') ?? '100'
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw misuse(`--limit ${text} is no number of requests`, 'use a whole number from 1 to 999999')
}
