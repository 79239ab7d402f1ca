// What the actions of klue data share: the stage that they open, numbers of the command line, and what holds them off a live stage.
import { statSync } from 'node:fs'
import type { Config } from '../../config/index.ts'
import type { ProjectTable, PutCounts, PutMode } from '../../data/work.ts'
import type { Database } from '../../persist/index.ts'
import { type CommandCall, textOption } from '../command.ts'
import { misuse } from '../run.ts'

/** An action: gets the words behind its name, and resolves to the exit code. */
export type DataAction = (call: CommandCall, words: readonly string[]) => Promise<number>

export interface OpenedData {
  config: Config
  database: Database
  /** Every table that the documents define. */
  tables: ProjectTable[]
  /** Who works. */
  who: string
  close(): Promise<void>
}

/** Opens the data of a stage; on this machine its tables are made where they are missing. */
export async function openData(call: CommandCall, stage: string | undefined): Promise<OpenedData> {
  const { loadStage } = await import('../stage.ts')
  const [{ openStageStore }, { projectTables }, { ensureTables }, { operatorOf, thisUser }] = await Promise.all([import('../../dev/index.ts'), import('../../data/work.ts'), import('../../persist/index.ts'), import('../../deploy/index.ts')])
  const config = await loadStage(call.root, stage, 'leave out')
  const tables = await projectTables(call.root)
  const who = config.stage === 'local' ? thisUser() : await operatorOf(config, `work on the data of ${config.stage}`)
  const opened = await openStageStore(call.root, config)
  try {
    if (config.stage === 'local') await ensureTables(opened.database, tables)
    return { config, database: opened.database, tables, who, close: opened.close }
  } catch (error) {
    await opened.close()
    throw error
  }
}

/** Refuses to write to a live stage without `--yes`. */
export function checkLive(call: CommandCall, { live, stage }: Pick<Config, 'live' | 'stage'>, what: string): void {
  if (live && call.values['yes'] !== true) throw misuse(`the stage ${stage} is live, and this ${what}`, 'add --yes where that is meant')
}

/** A whole number of the command line within bounds; undefined where it is not given. */
export function numberOption(call: CommandCall, name: string, { min, max }: { min: number; max: number }): number | undefined {
  const text = textOption(call, name)
  if (text === undefined) return undefined
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= min && value <= max) return value
  throw misuse(`--${name} ${text} is no whole number from ${min} to ${max}`, `for example --${name} ${Math.min(max, Math.max(min, 25))}`)
}

/** Options that an action does not have. */
export function refuseOptions(call: CommandCall, action: string, allowed: readonly string[]): void {
  const other = Object.keys(call.values).find((name) => call.values[name] !== undefined && !allowed.includes(name))
  if (other !== undefined) throw misuse(`klue data ${action} has no --${other}`, 'leave it out')
}

/** The pace and the parts of a call. */
export function workOptions(call: CommandCall): { rate: number | undefined; segments: number | undefined } {
  return { rate: numberOption(call, 'rate', { min: 1, max: 1_000_000 }), segments: numberOption(call, 'segments', { min: 1, max: 100 }) }
}

export interface Progress {
  /** Shows how far it is, in place of what was shown before. */
  show(text: string): void
  end(): void
}

/** A line at the end of a terminal that changes as the work goes on; nothing elsewhere. */
export function progressLine(call: CommandCall): Progress {
  const isShown = process.stderr.isTTY === true && call.values['json'] !== true
  let last = 0
  return {
    show(text) {
      if (!isShown || performance.now() - last < 100) return
      last = performance.now()
      process.stderr.write(`\r\u001b[2K${text}`)
    },
    end() {
      if (isShown && last > 0) process.stderr.write('\r\u001b[2K')
    },
  }
}

/** A signal that Ctrl-C and SIGTERM abort, so that the batch at hand is finished; the second one ends the process. */
export function stopSignal(): { signal: AbortSignal; end(): void } {
  const controller = new AbortController()
  const stop = (): void => controller.abort()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, stop)
  return {
    signal: controller.signal,
    end: () => ['SIGINT', 'SIGTERM'].forEach((name) => process.off(name, stop)),
  }
}

/** The one word of an action. */
export function oneOf(words: readonly string[], action: string, what: string): string {
  const [word, ...more] = words
  if (word === undefined) throw misuse(`klue data ${action} wants ${what}, or "all"`, `for example klue data ${action} all`)
  if (more.length > 0) throw misuse(`klue data ${action} takes one word, not ${words.join(' ')}`)
  return word
}

/** What becomes of items that are there already. */
export function modeOf(call: CommandCall): PutMode {
  const [replace, skip] = [call.values['replace'] === true, call.values['skip-existing'] === true]
  if (replace && skip) throw misuse('--replace and --skip-existing exclude each other')
  return replace ? 'replace' : skip ? 'skip' : 'same'
}

/** Counts of items that were put, as words. */
export function putText({ written, same, skipped, different, taken }: PutCounts): string {
  return [`${written} written`, ...(same > 0 ? [`${same} there already`] : []), ...(skipped > 0 ? [`${skipped} there already and left`] : []), ...(different > 0 ? [`${different} there already and others`] : []), ...(taken > 0 ? [`${taken} with a value that another item has`] : [])].join(', ')
}

/** Tells which items are there and others, and which have a unique value of another one; gives the exit code. */
export function differentText(call: CommandCall, done: readonly { table: string; counts: PutCounts; different: readonly string[]; taken: readonly string[] }[]): number {
  for (const { table, counts, different } of done) if (counts.different > 0) call.output.printError(`klue: ${counts.different} items of ${table} are there already and others, and were left as they are: ${different.join('; ')} (--replace writes over them, --skip-existing leaves them)`)
  for (const { table, counts, taken } of done) if (counts.taken > 0) call.output.printError(`klue: ${counts.taken} items of ${table} were not written, because another item there has a value of them that is unique: ${taken.join('; ')} (change one of the two, and run the same command again)`)
  return done.some(({ counts }) => counts.different + counts.taken > 0) ? 1 : 0
}

/** Whether there is such a file or folder. */
export function isExisting(path: string, kind: 'file' | 'folder'): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  return kind === 'file' ? found?.isFile() === true : found?.isDirectory() === true
}
