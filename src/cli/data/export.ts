// klue data export: the items of tables as lines, in files or on standard output.
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isExisting, openData, oneOf, progressLine, refuseOptions, stopSignal, workOptions } from './open-data.ts'
import { type CommandCall, textOption } from '../command.ts'
import { misuse } from '../run.ts'

/** Runs the command; resolves to the exit code. */
export async function exportData(call: CommandCall, words: readonly string[]): Promise<number> {
  const name = oneOf(words, 'export', 'a table')
  refuseOptions(call, 'export', ['out', 'segments', 'stage', 'json'])
  const { segments = 4 } = workOptions(call)
  const out = textOption(call, 'out')
  if (name === 'all' && out === undefined) throw misuse('klue data export all wants a folder', 'for example --out backup')
  const { exportTo, exportToFile, tablesNamed, withCounters } = await import('../../data/work.ts')
  const opened = await openData(call, textOption(call, 'stage'))
  const [progress, stop] = [progressLine(call), stopSignal()]
  try {
    const tables = tablesNamed(opened.tables, name)
    const path = out === undefined ? undefined : resolve(call.root, out)
    const isFolder = path !== undefined && (name === 'all' || out!.endsWith('/') || isExisting(path, 'folder'))
    if (isFolder && existsSync(path) && !statSync(path).isDirectory()) throw misuse(`--out ${out} is a file, and several tables want a folder`)
    if (isFolder) mkdirSync(path, { recursive: true, mode: 0o700 })
    const done: { table: string; file: string | null; items: number }[] = []
    if (!isFolder && tables.some(({ sharded }) => sharded !== undefined)) call.output.printError('klue: counters are exported into a folder alone, as a file of their own: --out FOLDER/')
    for (const spec of isFolder ? withCounters(tables) : tables) {
      const options = { database: opened.database, spec, segments, signal: stop.signal, progress: (items: number) => progress.show(`${spec.table}: ${items} items`) }
      const file = path === undefined ? undefined : isFolder ? join(path, `${spec.table}.jsonl.gz`) : path
      done.push({ table: spec.table, file: file === undefined ? null : isFolder ? join(out!, `${spec.table}.jsonl.gz`) : out!, items: file === undefined ? await exportTo(process.stdout, options) : await exportToFile(file, options) })
    }
    progress.end()
    if (path !== undefined && call.values['json'] === true) call.output.printJson({ stage: opened.config.stage, tables: done })
    else if (path !== undefined) call.output.print(done.map(({ table, file, items }) => `${table}: ${items} items in ${file}`).join('\n'))
    // Said where people look: the lines may go into a pipe.
    call.output.printError(`klue: nothing is masked in what was exported of the stage ${opened.config.stage}${path === undefined ? '' : '; the files are for you alone (0600)'}: keep it as you keep the data themselves`)
    return 0
  } finally {
    progress.end()
    stop.end()
    await opened.close()
  }
}
