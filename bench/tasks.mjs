// node --conditions=klue-source --import tsx --expose-gc bench/tasks.mjs [--counts 10000,50000,100000]: tasks as klue dev runs them, on the embedded DynamoDB in another process. How long a fire takes, how late a task starts, and what of the worker stays in memory.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { localTasks } from '../src/dev/local-tasks.ts'
import { openDatabase } from '../src/persist/index.ts'
import { openService } from '../src/runtime/edge.ts'
import { defineTask } from '../src/runtime/index.ts'
import { testPlatform } from '../test/runtime/service-fixture.ts'
import { here } from './targets.mjs'

const at = process.argv.indexOf('--counts')
const counts = (at < 0 ? '10000,50000,100000' : process.argv[at + 1]).split(',').map(Number)
// Fired together, and then waited for.
const wave = 100
const [steadyTasks, steadyPauseMs] = [400, 50]

const server = spawn(process.execPath, ['--conditions=klue-source', '--import', 'tsx', join(here, 'table-server.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] })
const [printed] = await once(server.stdout.setEncoding('utf8'), 'data')
const database = openDatabase({ ...JSON.parse(printed), prefix: 'bench-' })

// What the handler has done.
const runs = { done: 0 }
let lateness = []
const job = defineTask('job', { input: { spec: { value: () => ({}) }, file: 'anything' } }, ({ dueAt }) => {
  runs.done += 1
  lateness.push(Date.now() - dueAt)
})
const platform = { ...testPlatform(), database: () => database, log: () => undefined }
const tasks = localTasks({ database: () => database, log: () => undefined, service: () => 'bench' })
const service = { name: 'bench', apis: [], routes: {}, errorDecorator: undefined, tasks: [job] }
tasks.use([openService(service, { ...platform, tasks: () => tasks.port })], [])
tasks.start()

async function fire(delaySeconds = 0) {
  const begun = performance.now()
  const prepared = await tasks.port.prepare([{ id: crypto.randomUUID(), task: job, input: { dueAt: Date.now() + delaySeconds * 1000 }, options: { delaySeconds } }], { callId: 'c', callPath: 'bench', operation: 'op', user: undefined })
  await prepared.accept((work) => void work.catch(() => undefined))
  return performance.now() - begun
}

const until = async (count) => {
  while (runs.done < count) await sleep(5)
}
const percentile = (values, share) => [...values].sort((one, other) => one - other)[Math.min(values.length - 1, Math.floor(values.length * share))]
const told = (name, values, digits = 0) => process.stdout.write(`${name}: median ${percentile(values, 0.5).toFixed(digits)} ms, p99 ${percentile(values, 0.99).toFixed(digits)} ms (${values.length})\n`)

for (let warm = 0; warm < 200; warm += 1) await fire()
await until(200)

// One after the other, at a steady pace: at once, and in a second.
for (const delay of [0, 1]) {
  const fires = []
  lateness = []
  const from = runs.done
  for (let index = 0; index < steadyTasks; index += 1) {
    fires.push(await fire(delay))
    await sleep(steadyPauseMs)
  }
  await until(from + steadyTasks)
  if (delay === 0) told('fire', fires, 1)
  told(delay === 0 ? 'from fire to start' : 'from due to start, a second after it was fired', lateness)
}

const begun = performance.now()
const base = runs.done
for (const count of counts) {
  while (runs.done < count) {
    const size = Math.min(wave, count - runs.done)
    const next = runs.done + size
    await Promise.all(Array.from({ length: size }, () => fire()))
    await until(next)
  }
  lateness = []
  await sleep(1000)
  globalThis.gc()
  process.stdout.write(`heap after ${count.toLocaleString('en')} tasks: ${(process.memoryUsage().heapUsed / 2 ** 20).toFixed(1)} MB, ${((runs.done - base) / ((performance.now() - begun) / 1000)).toFixed(0)} tasks a second\n`)
}
await tasks.close()
database.close()
server.kill()
