// Runs in a process of its own: sends each target requests with new keys in turns of 20, and writes what each turn took to stderr.
import { randomUUID } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import { context } from './events.mjs'

const { BENCH_FILES: files, BENCH_EVENTS: events, BENCH_TURNS: turns, BENCH_BODY: body } = process.env
const targets = []
for (const [name, file] of Object.entries(JSON.parse(files))) targets.push({ name, handler: (await import(pathToFileURL(file).href)).handler, event: JSON.parse(events)[name], times: [] })

// A key that is sent again is answered from what was kept, or nothing was measured.
async function ask({ name, handler, event }, key) {
  const answer = await handler({ ...event, headers: { ...event.headers, 'idempotency-key': key } }, context)
  if (answer.statusCode !== 200 || answer.body !== body) throw new Error(`${name} has another answer: ${answer.statusCode} ${answer.body}`)
}

for (const target of targets.filter(({ name }) => name.endsWith('-key'))) {
  const key = randomUUID()
  await ask(target, key)
  await ask(target, key)
  const other = { ...target.event, headers: { ...target.event.headers, 'idempotency-key': key }, body: target.event.body.replace('EUR', 'USD') }
  const refused = await target.handler(other, context).then(({ statusCode }) => statusCode === 422, (error) => error.name === 'IdempotencyValidationError')
  if (!refused) throw new Error(`${target.name} takes another body under the same key`)
}
for (let turn = 0; turn < Number(turns); turn += 1) {
  for (let index = 0; index < targets.length; index += 1) {
    // Each turn begins with another target: what else the machine does then reaches all of them.
    const target = targets[(index + turn) % targets.length]
    const keys = Array.from({ length: 20 }, () => randomUUID())
    const from = process.cpuUsage()
    for (const key of keys) await ask(target, key)
    await new Promise((resolve) => { setImmediate(resolve) })
    const { user, system } = process.cpuUsage(from)
    target.times.push((user + system) / 20)
  }
}
process.stderr.write(`\nBENCH ${JSON.stringify(Object.fromEntries(targets.map(({ name, times }) => [name, times])))}\n`)
process.exit(0)
