// After a process was killed amid its writes, and after whatever else made an index differ from its table, both say the same again.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openLocalDynamo } from '../../src/platform/local/index.ts'
import { compareIndexes, makeTable, table, write } from './indexed-table.ts'

let folder: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'klue-repair-'))
  const dynamo = await openLocalDynamo({ folder })
  try {
    await makeTable(dynamo)
    for (let round = 0; round < 100; round++) await write(dynamo, round)
    await compareIndexes(dynamo)
  } finally {
    await dynamo.close()
  }
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

interface Level {
  get(key: string): Promise<unknown>
  put(key: string, value: unknown, options?: { valueEncoding: 'utf8' }): Promise<void>
  del(key: string): Promise<void>
  keys(range: { gte: string; lt: string }): { all(): Promise<string[]> }
  close(): Promise<void>
}

async function plant(change: (level: Level, keysOf: (prefix: string) => Promise<string[]>) => Promise<void>): Promise<void> {
  const { Level: Opened } = createRequire(import.meta.resolve('dynalite'))('level') as { Level: new (path: string, options: object) => Level }
  const level = new Opened(join(folder, 'dynamo'), { valueEncoding: 'json' })
  await change(level, (prefix) => level.keys({ gte: prefix, lt: `${prefix}\uffff` }).all())
  await level.close()
}

async function repairedBy(): Promise<{ missing: number; stale: number } | undefined> {
  const dynamo = await openLocalDynamo({ folder })
  try {
    await compareIndexes(dynamo)
    return dynamo.repaired
  } finally {
    await dynamo.close()
  }
}

const [owner, state, date] = [`index-global~${table}~by-owner~`, `index-global~${table}~by-state~`, `index-local~${table}~by-date~`] as const

test('what was closed in order is not looked at', async () => assert.equal(await repairedBy(), undefined))

test('entries that are missing, stale, doubled, changed, of no index or no JSON are mended, once', async () => {
  await plant(async (level, keysOf) => {
    for (const prefix of [owner, state, date]) {
      const [missing, changed, doubled, broken] = await keysOf(prefix)
      await level.del(missing!)
      const entry = (await level.get(changed!)) as object
      await level.put(changed!, { ...entry, text: { S: 'another text' }, more: { S: 'x' } })
      await level.put(`${prefix}ffffff/${doubled!.slice(prefix.length)}`, await level.get(doubled!))
      await level.put(`${prefix}000000/gone`, { ...entry, pk: { S: 'nobody' } })
      await level.put(`${prefix}000000/not an entry`, { a: 1 })
      await level.put(broken!, '{"pk":', { valueEncoding: 'utf8' })
    }
    await level.put(`index-global~${table}~dropped~00/x`, { pk: { S: 'p0' } })
    await level.put('index-local~no-table~any~00/x', { pk: { S: 'p0' } })
  })
  // An entry that is no JSON goes as stale and comes as missing.
  assert.deepEqual(await repairedBy(), { missing: 6, stale: 3 * 5 + 2 })
  assert.equal(await repairedBy(), undefined)
})

test('a whole index that is gone, and one of a table without items', async () => {
  let entries = 0
  await plant(async (level, keysOf) => {
    for (const key of await keysOf(owner)) {
      entries += 1
      await level.del(key)
    }
  })
  assert.deepEqual(await repairedBy(), { missing: entries, stale: 0 })
  await plant(async (level, keysOf) => {
    for (const key of await keysOf(`item-${table}~`)) await level.del(key)
  })
  assert.equal((await repairedBy())!.missing, 0)
  await plant(async (_, keysOf) => assert.deepEqual(await keysOf('index-'), []))
})

test('a table that was being made can be used, one that was being deleted is gone and leaves nothing', async () => {
  await plant(async (level) => {
    const found = (await level.get(`table~${table}`)) as { GlobalSecondaryIndexes: object[] }
    await level.put(`table~${table}`, { ...found, TableStatus: 'CREATING', GlobalSecondaryIndexes: found.GlobalSecondaryIndexes.map((index) => ({ ...index, IndexStatus: 'CREATING' })) })
  })
  assert.deepEqual(await repairedBy(), { missing: 0, stale: 0 })
  await plant(async (level) => {
    const { GlobalSecondaryIndexes: _, ...found } = (await level.get(`table~${table}`)) as Record<string, unknown>
    await level.put(`table~${table}`, { ...found, TableStatus: 'DELETING' })
  })
  const dynamo = await openLocalDynamo({ folder })
  assert.equal((await dynamo.call('DescribeTable', JSON.stringify({ TableName: table }))).status, 400)
  await dynamo.close()
  await plant(async (_, keysOf) => assert.deepEqual([...(await keysOf('item-')), ...(await keysOf('index-')), ...(await keysOf('table~'))], []))
})

test('a process that was killed between an index entry and its item, before and after, and at any moment', async () => {
  const script = fileURLToPath(new URL('killed-writer.ts', import.meta.url))
  let mended = 0
  for (const [round, [count, prefix]] of ([[4, 'item-'], [9, 'item-'], [5, 'index-'], [12, 'index-global~notes~by-state'], [3, 'index-local'], [0, 'nothing']] as const).entries()) {
    const child = spawn(process.execPath, ['--conditions=klue-source', '--import', import.meta.resolve('tsx'), script, folder, String(1000 + round * 37), String(count), prefix], { stdio: ['ignore', 'ignore', 'inherit'] })
    const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_, signal) => resolve(signal)))
    if (count === 0) setTimeout(() => child.kill('SIGKILL'), 1500)
    assert.equal(await ended, 'SIGKILL')
    if (count > 0) assert.ok(!readdirSync(folder).includes('closed.json'))
    const repaired = await repairedBy()
    mended += (repaired?.missing ?? 0) + (repaired?.stale ?? 0)
  }
  // The first two die with entries written and their item not.
  assert.ok(mended > 0)
})
