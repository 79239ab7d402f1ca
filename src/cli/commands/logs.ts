// klue logs: the requests of a stage, as they were stored.
import type { Database } from '../../persist/index.ts'
import type { RequestFilter } from '../../telemetry/index.ts'
import { type Command, type CommandCall, stageOption, textOption } from '../command.ts'
import { logLine } from '../log-line.ts'
import { misuse } from '../run.ts'
import { readSince } from '../since.ts'
import { printJsonLine, printPainted } from '../output.ts'

export const logs: Command = {
  name: 'logs',
  arguments: '',
  summary: 'Shows the requests of a stage: columns on a terminal, one JSON object a line in a pipe.',
  options: {
    follow: { type: 'boolean', doc: 'Goes on with those that come, until Ctrl-C.' },
    operation: { type: 'string', value: 'ID', doc: 'Only this operationId.' },
    level: { type: 'string', value: 'LEVEL', doc: 'Only from this level on: `debug`, `info`, `warn` or `error`.' },
    status: { type: 'string', value: 'STATUS', doc: 'Only this status (`404`), or this class (`5xx`).' },
    since: { type: 'string', value: 'TIME', doc: 'How far to look back (`30m`, `2h`, `7d`), or the time to begin with (ISO 8601); `1h` by default.' },
    limit: { type: 'string', value: 'N', doc: 'The newest ones, so many at most; 100 by default.' },
    stage: stageOption,
    json: { type: 'boolean', doc: 'Prints JSON lines on a terminal too.' },
  },
  async run(call) {
    const [filter, limit] = [filterOf(call), limitOf(call)]
    const since = readSince(textOption(call, 'since') ?? '1h', Date.now())
    const { loadStage } = await import('../stage.ts')
    const { openStageStore } = await import('../../dev/index.ts')
    const opened = await openStageStore(call.root, await loadStage(call.root, textOption(call, 'stage'), 'leave out'))
    try {
      const seen = new Set<string>()
      const look = (from: number): Promise<number> => show(call, { database: opened.database, filter, limit, from, seen })
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
  filter: RequestFilter
  limit: number
  from: number
  /** Requests that were shown already. */
  seen: Set<string>
}

// Resolves to the time of the newest request that was shown.
async function show({ output, values }: CommandCall, { database, filter, limit, from, seen }: Look): Promise<number> {
  const { listRequests, recordOf } = await import('../../telemetry/index.ts')
  const fresh: { record: Record<string, unknown>; started: number }[] = []
  for await (const row of listRequests(database, { from, to: Date.now() + overlapMs }, filter)) {
    const key = `${row.started} ${row.requestId}`
    if (seen.has(key)) continue
    seen.add(key)
    fresh.push({ record: recordOf(row), started: row.started })
    if (fresh.length >= limit) break
  }
  const isTerminal = process.stdout.isTTY === true && values['json'] !== true
  // Rows are in order to the second.
  fresh.sort((one, other) => Date.parse(String(one.record['started'])) - Date.parse(String(other.record['started'])) || one.started - other.started)
  for (const { record } of fresh) {
    if (isTerminal) printPainted(output, logLine(record, output))
    else printJsonLine(output, record)
  }
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
  const [operation, level, status] = [textOption(call, 'operation'), textOption(call, 'level'), textOption(call, 'status')]
  const known = levels.find((name) => name === level)
  if (level !== undefined && known === undefined) throw misuse(`--level ${level} is no level`, 'use debug, info, warn or error')
  if (status !== undefined && !/^[1-9](\d\d|xx)$/.test(status)) throw misuse(`--status ${status} is no status`, 'for example 404 or 5xx')
  return { ...(operation === undefined ? {} : { operation }), ...(known === undefined ? {} : { level: known }), ...(status === undefined ? {} : { status }) }
}

function limitOf(call: CommandCall): number {
  const text = textOption(call, 'limit') ?? '100'
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw misuse(`--limit ${text} is no number of requests`, 'use a whole number from 1 to 999999')
}
