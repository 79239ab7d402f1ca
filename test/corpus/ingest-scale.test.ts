// 50,000 lines that 20 processes take in at once, many of them twice, while two count them: none is lost and none counted twice.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { type Database, ensureTables, openDatabase } from '../../src/persist/index.ts'
import { type LocalDynamo, openLocalDynamo } from '../../src/platform/local/index.ts'
import { storeDefinition } from '../../src/store/index.ts'
import { compact, readStats, totalOf } from '../../src/telemetry/index.ts'
import { printCounts } from '../../src/telemetry/counts.ts'
import { operations, scaleStart } from '../telemetry/scale-line.ts'

const [processes, lines, batch] = [20, 50_000, 1000]
let dynamo: LocalDynamo
let database: Database

before(async () => {
  dynamo = await openLocalDynamo({ memory: true })
  database = openDatabase({ endpoint: dynamo.endpoint, credentials: dynamo.credentials, prefix: 'scale-' })
  await ensureTables(database, [storeDefinition])
})
after(async () => {
  database.close()
  await dynamo.close()
})

function takeIn(own: number): Promise<{ heap: number }> {
  const script = resolve('test', 'telemetry', 'ingest-process.ts')
  const child = spawn(process.execPath, ['--conditions=klue-source', '--import', import.meta.resolve('tsx'), script, ...[JSON.stringify({ endpoint: dynamo.endpoint, credentials: dynamo.credentials }), 'scale-', own, processes, lines, batch].map(String)], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, SCALE_START: String(scaleStart) } })
  let text = ''
  child.stdout.on('data', (part: Buffer) => (text += part.toString()))
  return new Promise((done, fail) => child.on('close', (code) => (code === 0 ? done(JSON.parse(text) as { heap: number }) : fail(new Error(`process ${own} ended with ${code}`)))))
}

test('all of them are stored and counted once', async () => {
  const over = new AbortController()
  const counting = [1, 2].map(async () => {
    while (!over.signal.aborted) {
      await compact(database)
      await new Promise((resume) => setTimeout(resume, 500))
    }
  })
  const results = await Promise.all(Array.from({ length: processes }, (_, own) => takeIn(own)))
  over.abort()
  await Promise.all(counting)
  const span = { from: scaleStart, to: scaleStart + 3_600_000 }
  const open = await readStats(database, span)
  await compact(database)
  const counted = await readStats(database, span)
  assert.equal(printCounts(counted), printCounts(open))
  const total = totalOf(counted)
  assert.deepEqual([total.requests, total.errors, total.inBytes, total.outBytes], [lines, lines / 50, lines * 100, lines * 200])
  for (const operation of operations) assert.equal(counted.get(operation)!.requests, lines / operations.length)
  for (const { heap } of results) assert.ok(heap < 400 * 1024 * 1024, `a process held ${heap} bytes`)
})
