// klue data import: the items of files into tables.
import { join, resolve } from 'node:path'
import { type CommandCall, textOption } from '../command.ts'
import { misuse } from '../run.ts'
import { checkLive, differentText, isExisting, modeOf, openData, progressLine, putText, refuseOptions, stopSignal, workOptions } from './open-data.ts'

/** Runs the command; resolves to the exit code: 1 where items are there and others. */
export async function importData(call: CommandCall, words: readonly string[]): Promise<number> {
  const [name, from, ...more] = words
  if (name === undefined || from === undefined || more.length > 0) throw misuse('klue data import takes a table and a file, or "all" and a folder', 'for example klue data import measurements measurements.jsonl.gz')
  refuseOptions(call, 'import', ['dry-run', 'replace', 'skip-existing', 'rate', 'yes', 'wait', 'stage', 'json'])
  const [mode, { rate }] = [modeOf(call), workOptions(call)]
  const dryRun = call.values['dry-run'] === true
  const { importFile, openPace, tablesNamed, takeDataLock, withCounters } = await import('../../data/work.ts')
  const opened = await openData(call, textOption(call, 'stage'))
  const [progress, stop] = [progressLine(call), stopSignal()]
  const notice = (sentence: string): void => call.output.printError(`klue: ${sentence}`)
  try {
    if (!dryRun) checkLive(call, opened.config, 'writes to it')
    const tables = tablesNamed(opened.tables, name)
    const path = resolve(call.root, from)
    const isFolder = isExisting(path, 'folder')
    if (name === 'all' && !isFolder) throw misuse(`${from} is no folder, and "all" wants one`)
    const fileOf = (table: string): { path: string; shown: string } | undefined => {
      if (!isFolder) return { path, shown: from }
      const found = [`${table}.jsonl.gz`, `${table}.jsonl`].find((file) => isExisting(join(path, file), 'file'))
      return found === undefined ? undefined : { path: join(path, found), shown: join(from, found) }
    }
    const files = (isFolder ? withCounters(tables) : tables).flatMap((spec) => [{ spec, file: fileOf(spec.table) }])
    if (files.every(({ file }) => file === undefined)) throw misuse(`${from} holds no file of ${name === 'all' ? 'a table' : name}`, `it would be called ${tables[0]!.table}.jsonl or ${tables[0]!.table}.jsonl.gz`)
    const lock = dryRun ? undefined : await takeDataLock({ database: opened.database, who: opened.who, doing: 'imports data', wait: call.values['wait'] === true, signal: stop.signal, notice })
    const done: ({ table: string } & Awaited<ReturnType<typeof importFile>>)[] = []
    try {
      const pace = openPace(rate, stop.signal)
      for (const { spec, file } of files) if (file !== undefined) done.push({ table: spec.table, ...(await importFile(file, { database: opened.database, spec, mode, pace, dryRun, signal: stop.signal, notice, check: () => lock?.check(), progress: (lines) => progress.show(`${spec.table}: ${lines} lines`) })) })
    } finally {
      await lock?.release()
    }
    progress.end()
    if (call.values['json'] === true) call.output.printJson({ stage: opened.config.stage, dryRun, tables: done })
    else call.output.print(done.map(({ table, lines, counts }) => `${table}: ${dryRun ? `${lines} lines without fault; dry run, nothing is written` : putText(counts)}`).join('\n'))
    return differentText(call, done)
  } finally {
    progress.end()
    stop.end()
    await opened.close()
  }
}
