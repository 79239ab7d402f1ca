// klue data seed: the items of seed files into a stage that nobody depends on.
import { type CommandCall, textOption } from '../command.ts'
import { misuse } from '../run.ts'
import { openData, refuseOptions, stopSignal, workOptions } from './open-data.ts'

/** Runs the command; resolves to the exit code. */
export async function seedData(call: CommandCall, words: readonly string[]): Promise<number> {
  if (words.length > 1) throw misuse(`klue data seed takes one table, not ${words.join(' ')}`, 'all of them with "klue data seed"')
  refuseOptions(call, 'seed', ['replace', 'rate', 'wait', 'stage', 'json'])
  const { rate } = workOptions(call)
  const { openPace, readSeeds, saveSeed, tablesNamed, takeDataLock } = await import('../../data/work.ts')
  const opened = await openData(call, textOption(call, 'stage'))
  const stop = stopSignal()
  try {
    const { config, database, tables, who } = opened
    if (config.live) throw misuse(`the stage ${config.stage} is live, and seeds are for stages that nobody depends on`, 'klue data import writes to a live stage, with --yes')
    const wanted = new Set(tablesNamed(tables, words[0] ?? 'all').map(({ table }) => table))
    const seeds = readSeeds(call.root, tables, config.seeds ?? ['seeds']).filter(({ definition }) => wanted.has(definition.table))
    const counts = new Map<string, { written: number; skipped: number }>()
    const lock = await takeDataLock({ database, who, doing: 'seeds data', wait: call.values['wait'] === true, signal: stop.signal, notice: (sentence) => call.output.printError(`klue: ${sentence}`) })
    try {
      const pace = openPace(rate, stop.signal)
      for (const seed of seeds) {
        lock.check()
        await pace.spend(1)
        const count = counts.get(seed.definition.table) ?? { written: 0, skipped: 0 }
        count[await saveSeed(database, seed, call.values['replace'] === true)] += 1
        counts.set(seed.definition.table, count)
      }
    } finally {
      await lock.release()
    }
    if (call.values['json'] === true) call.output.printJson({ stage: config.stage, tables: Object.fromEntries(counts) })
    else call.output.print(counts.size === 0 ? 'There are no seeds: they are files such as seeds/<table>.yaml' : [...counts].map(([table, { written, skipped }]) => `${table}: ${written} written${skipped > 0 ? `, ${skipped} there already` : ''}`).join('\n'))
    return 0
  } finally {
    stop.end()
    await opened.close()
  }
}
