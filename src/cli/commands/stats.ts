// klue stats: how often the operations of a stage were asked for, how often in vain, and how fast they were.
import { visibleLine } from '../../errors/index.ts'
import type { Summary } from '../../telemetry/index.ts'
import { type Command, stageOption, textOption } from '../command.ts'
import { readSince } from '../since.ts'
import { printJsonLine } from '../output.ts'

export const stats: Command = {
  name: 'stats',
  arguments: '',
  summary: 'Counts the requests of a stage by operation: columns on a terminal, one JSON object a line in a pipe.',
  options: {
    since: { type: 'string', value: 'TIME', doc: 'How far to look back (`30m`, `2h`, `7d`), or the time to begin with (ISO 8601); `24h` by default. Whole minutes.' },
    stage: stageOption,
    json: { type: 'boolean', doc: 'Prints JSON lines on a terminal too.' },
  },
  async run(call) {
    const from = readSince(textOption(call, 'since') ?? '24h', Date.now())
    const { loadStage } = await import('../stage.ts')
    const [{ openStageStore }, { readStats, summaryOf, totalOf }] = await Promise.all([import('../../dev/index.ts'), import('../../telemetry/index.ts')])
    const opened = await openStageStore(call.root, await loadStage(call.root, textOption(call, 'stage'), 'leave out'))
    try {
      const counts = await readStats(opened.database, { from, to: Date.now() })
      const rows = [...counts].map(([operation, own]) => ({ operation, ...summaryOf(own), calls: own.calls, metrics: own.metrics })).sort((one, other) => other.requests - one.requests || (one.operation < other.operation ? -1 : 1))
      const isTerminal = process.stdout.isTTY === true && call.values['json'] !== true
      if (!isTerminal) for (const row of rows) printJsonLine(call.output, row)
      else if (rows.length === 0) call.output.print('There was no request')
      else call.output.print(statsTable([...rows, { operation: 'all', ...summaryOf(totalOf(counts)) }]))
      return 0
    } finally {
      await opened.close()
    }
  },
}

/** Columns of operations. */
export function statsTable(rows: readonly (Pick<Summary, 'requests' | 'errors' | 'p50_ms' | 'p99_ms'> & { operation: string })[]): string {
  const shown = (ms: number | undefined): string => (ms === undefined ? '' : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`)
  const cells = [['operation', 'requests', 'errors', 'p50', 'p99'], ...rows.map(({ operation, requests, errors, p50_ms: p50, p99_ms: p99 }) => [operation === '' ? '(no operation)' : visibleLine(operation), String(requests), String(errors), shown(p50), shown(p99)])]
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)))
  return cells.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ').trimEnd()).join('\n')
}
