// What esbuild finds wrong with a project's code, as faults with their places.
import type { Message } from 'esbuild'
import { type Fault, UsageError } from '../errors/index.ts'

/** The UsageError for a build that failed. */
export function bundleFaults(error: unknown): UsageError {
  return new UsageError(toFaults((error as { errors?: Message[] }).errors ?? []))
}

function toFaults(messages: Message[]): Fault[] {
  if (messages.length === 0) return [{ code: 'bundle-failed', file: '', message: 'the functions could not be bundled' }]
  return messages.map(({ text, location, notes }) => ({
    code: 'bundle-failed',
    file: location?.file ?? '',
    ...(location === null ? {} : { line: location.line, column: location.column + 1 }),
    message: text,
    ...(notes[0]?.text === undefined ? {} : { hint: notes[0].text }),
  }))
}
