// A process whose standard output nobody reads for a while: writes lines beside console.log and process.stdout. Started by line-writer.test.ts.
import { setTimeout as sleep } from 'node:timers/promises'
import { lineWriter } from '../../src/runtime/edge.ts'

const write = lineWriter()
const [mode = 'quiet'] = process.argv.slice(2)
const line = (count: number, size: number): void => write({ kind: 'log', level: 'info', time: '', message: `line ${count}`, text: 'ü\n'.repeat(size) })

// Says on another way when it is where: standard output is what is looked at.
const say = (text: string): boolean => process.stderr.write(`${text}\n`)

if (mode === 'beside') {
  process.stdout.write('text of the service\n')
  for (let count = 0; count < 200; count += 1) {
    line(count, 300)
    // oxlint-disable-next-line no-console -- the service's own way of writing is what is tried out
    console.log(`said ${count}`)
  }
} else {
  // Node's stream of standard output costs time to load, and must not be needed.
  Object.defineProperty(process, 'stdout', { get: () => say('process.stdout was loaded') })
  const begun = Date.now()
  // Much more than a pipe holds.
  for (let count = 0; count < 60; count += 1) line(count, 20_000)
  say(`stalled ${Date.now() - begun}`)
  // The reader starts when it hears that, and what is written then gets through.
  for (let count = 0; count < 40; count += 1) {
    await sleep(50)
    line(1000 + count, 1)
  }
}
