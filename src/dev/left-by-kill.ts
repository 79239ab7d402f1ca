// What a process that was killed has left: lines of the log that are stored now, and a word about it.
import { join } from 'node:path'
import { leftLines } from './line-journal.ts'
import { type LocalTelemetryOptions, startLocalTelemetry } from './local-telemetry.ts'

/** Stores the lines and tells what was mended and lost. */
export async function tellLeft(options: LocalTelemetryOptions, { folder, mended }: { folder: string | undefined; mended: number }): Promise<void> {
  const say = (message: string): void => options.print({ kind: 'log', level: 'warn', time: new Date().toISOString(), message })
  if (mended > 0) say(`The local data was not closed in order the last time: ${mended} index ${mended === 1 ? 'entry was' : 'entries were'} not as the table has it, and ${mended === 1 ? 'is' : 'are'} mended`)
  if (folder === undefined) return
  const { lines, cut, forget } = leftLines(join(folder, 'lines'))
  let stored = 0
  const delivery = startLocalTelemetry({ ...options, stored: (count) => void (stored += count) })
  for (const { id, text } of lines) delivery.take(text, id)
  await delivery.stop()
  if (stored < lines.length) return
  forget()
  if (lines.length + cut > 0) say(`An earlier process did not end in order: ${lines.length} ${lines.length === 1 ? 'line' : 'lines'} of its log ${lines.length === 1 ? 'is' : 'are'} stored now${cut === 0 ? '' : `, ${cut} cut off and lost`}`)
}
