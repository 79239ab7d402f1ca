// klue data migrate: runs what is pending on a stage.
import type { MigrationCounts } from '../../store/index.ts'
import { type CommandCall, textOption } from '../command.ts'
import { misuse } from '../run.ts'
import { checkLive, openData, progressLine, refuseOptions, stopSignal, workOptions } from './open-data.ts'

/** Runs the command; resolves to the exit code. */
export async function migrateData(call: CommandCall, words: readonly string[]): Promise<number> {
  if (words.length > 0) throw misuse(`klue data migrate takes no ${words[0]}`, 'it runs every migration that has not run on the stage')
  refuseOptions(call, 'migrate', ['dry-run', 'rate', 'segments', 'yes', 'wait', 'stage', 'json'])
  const options = workOptions(call)
  const dryRun = call.values['dry-run'] === true
  const { migrate } = await import('../../data/work.ts')
  const opened = await openData(call, textOption(call, 'stage'))
  const [progress, stop] = [progressLine(call), stopSignal()]
  try {
    if (!dryRun) checkLive(call, opened.config, 'changes its data')
    const ran = await migrate({ root: call.root, database: opened.database, who: opened.who, dryRun, ...options, wait: call.values['wait'] === true, signal: stop.signal, progress: (name, counts) => progress.show(`${name}: ${countsText(counts)}`), notice: (sentence) => call.output.printError(`klue: ${sentence}`) })
    progress.end()
    if (call.values['json'] === true) call.output.printJson({ stage: opened.config.stage, dryRun, migrations: ran })
    else call.output.print(ran.length === 0 ? `Every migration has run on the stage ${opened.config.stage}` : ran.flatMap(({ name, counts, samples, writes }) => [`${dryRun ? `Dry run, nothing is written: ${name}` : name}: ${countsText(counts)}${writes > 0 ? `, ${writes} writes past each` : ''}`, ...samples.map((sample) => `  ${sample}`)]).join('\n'))
    return 0
  } finally {
    progress.end()
    stop.end()
    await opened.close()
  }
}

/** Counts as words. */
export function countsText({ read, changed, deleted, again }: MigrationCounts): string {
  return [`${read} read`, `${changed} changed`, ...(deleted > 0 ? [`${deleted} deleted`] : []), ...(again > 0 ? [`${again} written by others meanwhile and read again`] : [])].join(', ')
}
