// klue data copy: the items of tables from one stage to another.
import { type CommandCall, textOption } from '../command.ts'
import { misuse } from '../run.ts'
import { checkLive, differentText, modeOf, oneOf, openData, progressLine, putText, refuseOptions, stopSignal, workOptions } from './open-data.ts'

/** Runs the command; resolves to the exit code: 1 where items are there and others. */
export async function copyData(call: CommandCall, words: readonly string[]): Promise<number> {
  const name = oneOf(words, 'copy', 'a table')
  refuseOptions(call, 'copy', ['from-stage', 'to-stage', 'dry-run', 'replace', 'skip-existing', 'rate', 'segments', 'yes', 'wait', 'json'])
  const [from, to] = [textOption(call, 'from-stage'), textOption(call, 'to-stage')]
  if (from === undefined || to === undefined) throw misuse('klue data copy wants to know from where and to where', 'pass --from-stage NAME and --to-stage NAME')
  if (from === to) throw misuse(`the stage ${from} would be copied to itself`)
  const [mode, { rate, segments = 4 }, dryRun] = [modeOf(call), workOptions(call), call.values['dry-run'] === true]
  const { copyTable, openPace, tablesNamed, takeDataLock, withCounters } = await import('../../data/work.ts')
  const { env, setEnvironment } = await import('../../config/index.ts')
  const access = (['AWS_PROFILE', 'AWS_REGION'] as const).map((variable) => [variable, env(variable)] as const)
  const source = await openData(call, from)
  // Profile and region of the one stage are not meant for the other.
  for (const [variable, value] of access) setEnvironment(variable, value)
  const [progress, stop] = [progressLine(call), stopSignal()]
  try {
    const tables = tablesNamed(source.tables, name)
    const target = await openData(call, to)
    try {
      if (!dryRun) checkLive(call, target.config, 'writes to it')
      const lock = dryRun ? undefined : await takeDataLock({ database: target.database, who: target.who, doing: `copies data from ${from}`, wait: call.values['wait'] === true, signal: stop.signal, notice: (sentence) => call.output.printError(`klue: ${sentence}`) })
      const done: ({ table: string } & Awaited<ReturnType<typeof copyTable>>)[] = []
      try {
        const pace = openPace(rate, stop.signal)
        for (const spec of withCounters(tables)) done.push({ table: spec.table, ...(await copyTable({ from: source.database, to: target.database, spec, mode, pace, segments, dryRun, signal: stop.signal, check: () => lock?.check(), progress: (items) => progress.show(`${spec.table}: ${items} items`) })) })
      } finally {
        await lock?.release()
      }
      progress.end()
      if (call.values['json'] === true) call.output.printJson({ from, to, dryRun, tables: done })
      else call.output.print(done.map(({ table, read, counts }) => `${table}: ${read} read, ${dryRun ? 'dry run, nothing is written' : putText(counts)}`).join('\n'))
      return differentText(call, done)
    } finally {
      await target.close()
    }
  } finally {
    progress.end()
    stop.end()
    await source.close()
  }
}
