// A reporter for Node's test runner: one JSON object a test, and one for the whole run.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { hidden } from '../errors/index.ts'
import { writePrivateFile } from '../workfolder/index.ts'

/**
 * Writes the reporter into a folder and gives its address.
 * It is text, because Node 20 loads reporters before anything that understands TypeScript.
 */
export function writeJsonReporter(folder: string): string {
  const file = join(folder, 'json-reporter.mjs')
  writePrivateFile(file, source)
  return pathToFileURL(file).href
}

const source = `
// As visibleJson of the kit: Node loads this file alone.
const visible = (json) => json.replace(${String(hidden())}, (character) => Array.from({ length: character.length }, (_, index) => '\\\\u' + character.charCodeAt(index).toString(16).padStart(4, '0')).join(''))

export default async function* jsonReporter(events) {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue
    const { name, file, skip, details } = data
    // Node 20 reports a file as a test around its tests.
    if (details.type === 'suite' || (file !== undefined && file.endsWith(name))) continue
    const outcome = type === 'test:fail' ? 'failed' : skip === undefined ? 'passed' : 'skipped'
    counts[outcome] += 1
    const error = type === 'test:fail' ? { error: String(details.error?.cause?.message ?? details.error?.message ?? details.error) } : {}
    yield visible(JSON.stringify({ test: name, file, outcome, milliseconds: Math.round(details.duration_ms), ...error })) + '\\n'
  }
  yield JSON.stringify(counts) + '\\n'
}
`
