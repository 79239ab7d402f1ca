// Data and log in a thread of their own: nothing that was said is lost at a stop, and what is lost before is told.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { loadConfig } from '../../src/config/build.ts'
import type { Config } from '../../src/config/index.ts'
import { type DataLink, linkData } from '../../src/dev/data-link.ts'
import type { LogRecord } from '../../src/runtime/edge.ts'
import { requestRows, shards } from '../../src/store/index.ts'
import { makeProject } from './project-fixture.ts'

const project = await makeProject()
const { config } = loadConfig({ root: project.root, secrets: {}, unset: 'leave out' })
after(() => project.remove())

const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000

function record(index: number): LogRecord {
  const time = new Date(hour + index).toISOString()
  return { kind: 'request', level: 'info', message: '', time, started: time, operation: 'getThing', status: 200, duration_ms: 1 }
}

function open(limit?: number): { link: DataLink; printed: string[]; settings: Config } {
  const printed: string[] = []
  const link = linkData({ root: project.root, folder: undefined, config: () => config, print: ({ message }) => void printed.push(message), ...(limit === undefined ? {} : { limit }) })
  return { link, printed, settings: config }
}

async function storedBy(link: DataLink): Promise<{ expires: number }[]> {
  const database = await link.ensure([])
  const rows: { expires: number }[] = []
  try {
    for (let shard = 0; shard < shards; shard++) for await (const row of requestRows(database, { from: hour, to: hour + 3_600_000, shard })) rows.push(row)
  } finally {
    database.close()
  }
  return rows
}

test('every line that came before a stop is stored by it, also those from before the thread was there', async () => {
  const { link, printed } = open()
  for (let index = 0; index < 700; index++) link.take(record(index))
  await link.ensure([])
  for (let index = 700; index < 1500; index++) link.take(record(index))
  await link.stop()
  assert.equal((await storedBy(link)).length, 1500)
  await link.close()
  // After the end a line changes nothing.
  link.take(record(0))
  assert.deepEqual(printed, [])
})

test('what is beyond the limit is lost, and told', async () => {
  const { link, printed } = open(100)
  for (let index = 0; index < 130; index++) link.take(record(index))
  await link.ensure([])
  await link.stop()
  assert.equal((await storedBy(link)).length, 100)
  await link.close()
  assert.deepEqual(printed, ['30 lines of the log came faster than they could be stored, and are lost'])
})

test('a configuration that changes while the thread runs counts there', async () => {
  const { link, settings } = open()
  await link.ensure([])
  const before = settings.logVolatileDays
  settings.logVolatileDays = 40
  try {
    link.take(record(0))
    await link.stop()
    const [row] = await storedBy(link)
    assert.ok(row!.expires > hour / 1000 + 39 * 86_400)
  } finally {
    settings.logVolatileDays = before
    await link.close()
  }
})

test('one that never began ends at once, and one that is given up stores nothing', async () => {
  const { link } = open()
  link.take(record(0))
  await link.stop({ drain: false })
  await link.close()
})
