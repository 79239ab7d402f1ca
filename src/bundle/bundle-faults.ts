// What esbuild finds wrong with a project's code, as faults with their places.
import type { Message } from 'esbuild'
import { type Fault, isUsageError, UsageError } from '../errors/index.ts'
import { folderFault } from '../workfolder/index.ts'

/** The UsageError for a build that failed. */
export function bundleFaults(error: unknown): UsageError {
  const messages = (error as { errors?: Message[] }).errors ?? []
  // What a plugin has thrown is wrapped by esbuild, with a place in the kit's own code.
  for (const cause of [error, ...messages.map(({ detail }) => detail as unknown)]) {
    const told = isUsageError(cause) ? cause : folderFault(cause)
    if (told !== undefined) return told
  }
  return new UsageError(toFaults(messages))
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
