// A reporter of Node's test runner: one JSON object a test, and one for the whole run.
import type { TestEvent } from 'node:test/reporters'

interface Outcome {
  test: string
  file: string | undefined
  outcome: 'passed' | 'failed' | 'skipped'
  milliseconds: number
  error?: string
}

// Node's runner asks for a default export.
// oxlint-disable-next-line import/no-default-export
export default async function* jsonReporter(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for await (const event of source) {
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue
    const { name, file, skip, details } = event.data
    // A file is reported as a test around its tests.
    if (details.type === 'suite' || (file !== undefined && file.endsWith(name))) continue
    const outcome = event.type === 'test:fail' ? 'failed' : skip === undefined ? 'passed' : 'skipped'
    counts[outcome] += 1
    const line: Outcome = { test: name, file, outcome, milliseconds: Math.round(details.duration_ms) }
    if (event.type === 'test:fail') line.error = String((event.data.details.error.cause as Error | undefined)?.message ?? event.data.details.error.message)
    yield `${JSON.stringify(line)}\n`
  }
  yield `${JSON.stringify(counts)}\n`
}
