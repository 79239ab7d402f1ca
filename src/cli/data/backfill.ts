// klue data backfill: items rewritten in the form that their definition wants now.
import { type CommandCall, textOption } from '../command.ts'
import { countsText } from './migrate.ts'
import { checkLive, oneOf, openData, progressLine, refuseOptions, stopSignal, workOptions } from './open-data.ts'

/** Runs the command; resolves to the exit code: 1 where an index cannot show an item, or two items have a value that is unique. */
export async function backfillData(call: CommandCall, words: readonly string[]): Promise<number> {
  const name = oneOf(words, 'backfill', 'a table')
  refuseOptions(call, 'backfill', ['dry-run', 'rate', 'segments', 'yes', 'wait', 'stage', 'json'])
  const [{ rate, segments = 4 }, dryRun] = [workOptions(call), call.values['dry-run'] === true]
  const { backfillTable, openPace, tablesNamed, takeDataLock } = await import('../../data/work.ts')
  const opened = await openData(call, textOption(call, 'stage'))
  const [progress, stop] = [progressLine(call), stopSignal()]
  try {
    if (!dryRun) checkLive(call, opened.config, 'changes its data')
    const tables = tablesNamed(opened.tables, name)
    const lock = dryRun ? undefined : await takeDataLock({ database: opened.database, who: opened.who, doing: 'backfills data', wait: call.values['wait'] === true, signal: stop.signal, notice: (sentence) => call.output.printError(`klue: ${sentence}`) })
    const done: ({ table: string } & Awaited<ReturnType<typeof backfillTable>>)[] = []
    try {
      const pace = openPace(rate, stop.signal)
      for (const spec of tables) done.push({ table: spec.table, ...(await backfillTable({ database: opened.database, spec, pace, segments, dryRun, signal: stop.signal, check: () => lock?.check(), progress: (items) => progress.show(`${spec.table}: ${items} items`) })) })
    } finally {
      await lock?.release()
    }
    progress.end()
    if (call.values['json'] === true) call.output.printJson({ stage: opened.config.stage, dryRun, tables: done })
    else call.output.print(done.flatMap(({ table, counts, guarded, samples }) => [`${dryRun ? 'Dry run, nothing is written: ' : ''}${table}: ${countsText(counts)}${guarded > 0 ? `, ${guarded} got the rows of their unique values` : ''}`, ...samples.map((sample) => `  ${sample}`)]).join('\n'))
    for (const { table, unfit } of done) if (unfit.count > 0) call.output.printError(`klue: ${unfit.count} items of ${table} have an index attribute of another type, so that the index does not show them: ${unfit.first.join('; ')}`)
    for (const { table, taken } of done) if (taken.count > 0) call.output.printError(`klue: ${taken.count} items of ${table} have a value that is unique and that another item has: ${taken.first.join('; ')} (change one of the two with the service, and run the same command again)`)
    return done.some(({ unfit, taken }) => unfit.count + taken.count > 0) ? 1 : 0
  } finally {
    progress.end()
    stop.end()
    await opened.close()
  }
}
