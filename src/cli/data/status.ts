// klue data status: which migrations have run on a stage, when and by whom.
import type { MigrationStatus } from '../../data/work.ts'
import { visibleLine } from '../../errors/index.ts'
import { type CommandCall, textOption } from '../command.ts'
import { misuse } from '../run.ts'
import { countsText } from './migrate.ts'
import { openData, refuseOptions } from './open-data.ts'

/** Runs the command; resolves to the exit code. */
export async function dataStatus(call: CommandCall, words: readonly string[]): Promise<number> {
  if (words.length > 0) throw misuse(`klue data status takes no ${words[0]}`)
  refuseOptions(call, 'status', ['stage', 'json'])
  const { migrationStatus } = await import('../../data/work.ts')
  const opened = await openData(call, textOption(call, 'stage'))
  try {
    const list = await migrationStatus(call.root, opened.database)
    if (call.values['json'] === true) call.output.printJson(list.map(({ name, state, file, row }) => ({ name, state, file, ...(row === undefined ? {} : { when: row.when, who: row.who, started: row.started, ended: row.ended, version: row.version, counts: row.counts, note: row.note }) })))
    else call.output.print(list.length === 0 ? 'This project has no migrations: they are files such as migrations/001-lower-case.ts' : statusTable(list))
    return 0
  } finally {
    await opened.close()
  }
}

/** A line for each. */
export function statusTable(list: readonly MigrationStatus[]): string {
  const width = Math.max(...list.map(({ name }) => name.length))
  return list.map(({ name, state, file, row }) => {
    const about = row === undefined ? [] : [`${(row.ended ?? row.started).slice(0, 16).replace('T', ' ')} UTC`, row.who, ...(row.version === undefined ? [] : [row.version]), countsText(row.counts), ...(state === 'failed' && row.note !== undefined ? [row.note] : []), ...(file === 'changed' ? ['its file was changed since'] : file === 'gone' ? ['its file is gone'] : [])]
    return [visibleLine(name.padEnd(width)), state.padEnd(7), ...about.map(visibleLine)].join('  ').trimEnd()
  }).join('\n')
}
