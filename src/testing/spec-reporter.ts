// A reporter for Node's test runner: its own for people, through which nothing of an answer steers the terminal.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { hidden } from '../errors/index.ts'
import { writePrivateFile } from '../workfolder/index.ts'

/**
 * Writes the reporter into a folder and gives its address.
 * It is text, because Node 20 loads reporters before anything that understands TypeScript.
 */
export function writeSpecReporter(folder: string): string {
  const file = join(folder, 'spec-reporter.mjs')
  writePrivateFile(file, source)
  return pathToFileURL(file).href
}

const source = `
import { Readable } from 'node:stream'
import { spec } from 'node:test/reporters'

// Colours are the reporter's own.
const painted = /(\\u001b\\[[\\d;]*m)/
const hidden = ${String(hidden())}
const visible = (text) => text.replace(hidden, (character) => (character === '\\n' || character === '\\t' ? character : '\\uFFFD'))

export default async function* specReporter(events) {
  for await (const text of Readable.from(events).compose(new spec())) yield String(text).replaceAll('\\r\\n', '\\n').split(painted).map((part, index) => (index % 2 === 1 ? part : visible(part))).join('')
}
`
