// The embedded DynamoDB: it keeps what it was told, and one folder has one owner.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { isUsageError } from '../../src/errors/index.ts'
import { ensureTables, openDatabase, openTable } from '../../src/persist/index.ts'
import { type DynamoAccess, joinLocalDynamo, openLocalDynamo } from '../../src/platform/local/index.ts'
import type { PersistDefinition } from '../../src/openapi/index.ts'

const notes: PersistDefinition<{ id: string }> = { name: 'Note', table: 'notes', key: { partition: 'id' }, indexes: [], keyTypes: { id: 'S' }, properties: {} }
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'klue-dynamo-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

async function startOther(): Promise<{ child: ChildProcess; access: DynamoAccess }> {
  const script = `const { openLocalDynamo } = await import('./src/platform/local/index.ts'); const { endpoint, credentials } = await openLocalDynamo({ folder: ${JSON.stringify(folder)} }); console.log(JSON.stringify({ endpoint, credentials }))`
  const child = spawn(process.execPath, ['--conditions=klue-source', '--import', 'tsx', '--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const access = await new Promise<DynamoAccess>((resolve, reject) => {
    child.stdout!.once('data', (data: Buffer) => resolve(JSON.parse(String(data)) as DynamoAccess))
    child.once('exit', () => reject(new Error('the other process ended')))
  })
  return { child, access }
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}

test('keeps items over a restart', async () => {
  for (const round of [1, 2]) {
    const dynamo = await openLocalDynamo({ folder })
    const database = openDatabase({ endpoint: dynamo.endpoint, credentials: dynamo.credentials, prefix: 't-' })
    await ensureTables(database, [notes])
    const table = openTable(database, notes)
    if (round === 1) await Promise.all(Array.from({ length: 50 }, (_, index) => table.save({ id: String(index) })))
    else for (let index = 0; index < 50; index++) assert.deepEqual(await table.load(String(index)), { id: String(index) })
    await dynamo.close()
    await dynamo.close()
    database.close()
  }
  assert.equal(existsSync(join(folder, 'dynamo.lock')), false)
  assert.equal(existsSync(join(folder, 'endpoint.json')), false)
})

test('refuses a folder that this process has open', async () => {
  const dynamo = await openLocalDynamo({ folder })
  await assert.rejects(openLocalDynamo({ folder }), (failure: unknown) => isUsageError(failure) && /is already open in this process itself/.test(failure.message))
  assert.deepEqual(await joinLocalDynamo(folder), { endpoint: dynamo.endpoint, credentials: dynamo.credentials })
  await dynamo.close()
  assert.equal(await joinLocalDynamo(folder), undefined)
})

test('refuses a folder of another process, joins it, and takes it over once that one was killed', async () => {
  const { child, access } = await startOther()
  await assert.rejects(openLocalDynamo({ folder }), (failure: unknown) => isUsageError(failure) && failure.message.includes(`is already open in the process ${child.pid}`) && /stop that one first/.test(failure.message))
  assert.deepEqual(await joinLocalDynamo(folder), access)
  const joined = openDatabase({ ...access, prefix: 't-' })
  await ensureTables(joined, [notes])
  await openTable(joined, notes).save({ id: 'kept' })
  joined.close()
  await kill(child)
  assert.equal(await joinLocalDynamo(folder), undefined)
  const dynamo = await openLocalDynamo({ folder })
  const database = openDatabase({ endpoint: dynamo.endpoint, credentials: dynamo.credentials, prefix: 't-' })
  assert.deepEqual(await openTable(database, notes).load('kept'), { id: 'kept' })
  database.close()
  await dynamo.close()
})

test('takes over locks of processes that are gone, damaged ones, and those of an id that was given again', async () => {
  for (const content of ['', 'not json', '{"pid":2147483646}', JSON.stringify({ pid: process.pid, started: 'at another time' })]) {
    if (content.includes('another time') && process.platform !== 'linux') continue
    writeFileSync(join(folder, 'dynamo.lock'), content)
    writeFileSync(join(folder, 'endpoint.json'), content)
    assert.equal(await joinLocalDynamo(folder), undefined)
    await (await openLocalDynamo({ folder })).close()
  }
})

test('lets one of many racing processes of a stale lock win', async () => {
  writeFileSync(join(folder, 'dynamo.lock'), '{"pid":2147483646}')
  const results = await Promise.allSettled(Array.from({ length: 10 }, () => openLocalDynamo({ folder })))
  const won = results.filter((result) => result.status === 'fulfilled')
  assert.equal(won.length, 1)
  await won[0]!.value.close()
})
