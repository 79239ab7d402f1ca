// The drill of several processes on one store: random steps, faults and kills between any two calls, beside a model; then what all of them share is counted up.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { integer, sample } from 'fast-check'
import type { PersistDefinition } from '../../../src/openapi/index.ts'
import { type Database, ensureTables, openDatabase, openTable } from '../../../src/persist/index.ts'
import { type LocalDynamo, openLocalDynamo } from '../../../src/platform/local/index.ts'
import { callerOf } from '../../platform/calls/one-table.ts'
import { readAll } from '../../platform/calls/read-stream.ts'
import { accountIds, accounts, entries, firstBalance, receipts } from './definitions.ts'
import { type Lane, openLane } from './lane.ts'
import type { Orders, Said } from './worker.ts'

export interface DrillOptions {
  processes: number
  /** Steps of each lane. */
  steps: number
  /** Kills of each lane. */
  kills: number
  seed: number
}

const script = fileURLToPath(new URL('worker.ts', import.meta.url))

/** Fails where anything was lost, doubled or half done; the seed repeats steps, faults and places of kills. */
export async function drill(options: DrillOptions): Promise<{ done: number; refused: number; unknown: number }> {
  const dynamo = await openLocalDynamo({ memory: true })
  const database = openDatabase({ endpoint: dynamo.endpoint, credentials: dynamo.credentials, prefix: 'drill-' })
  const lanes = Array.from({ length: options.processes }, (_, number) => openLane(number))
  try {
    await ensureTables(database, [entries, accounts, receipts])
    await openTable(database, accounts).batch.put(accountIds.map((id) => ({ id, balance: firstBalance })))
    const ended = await Promise.allSettled(lanes.map((lane) => runLane(lane, dynamo, options)))
    for (const result of ended) if (result.status === 'rejected') throw result.reason
    await compareMoney(database, lanes)
    await compareNames(database)
    await compareStream(database, dynamo)
    return lanes.map(({ counts }) => counts).reduce((sum, counts) => ({ done: sum.done + counts.done, refused: sum.refused + counts.refused, unknown: sum.unknown + counts.unknown }))
  } catch (failure) {
    throw new Error(`the drill failed with the seed ${options.seed}: ${failure instanceof Error ? failure.message : String(failure)}`, { cause: failure })
  } finally {
    database.close()
    await dynamo.close()
  }
}

async function runLane(lane: Lane, dynamo: LocalDynamo, { steps, kills, seed }: DrillOptions): Promise<void> {
  const places = sample(integer({ min: 1, max: Math.max(2, Math.floor((steps * 3) / (kills + 1))) }), { seed: seed + lane.number, numRuns: kills + 1 })
  for (let life = 0; ; life += 1) {
    const kill = life < kills ? { kill: { call: places[life]!, isAfter: (places[life]! + life) % 2 === 0 } } : {}
    const orders: Orders = { endpoint: dynamo.endpoint, credentials: dynamo.credentials!, lane: lane.number, seed, from: lane.next(), to: steps, ...kill }
    if (await isKilled(lane, orders)) lane.cut()
    else return
  }
}

async function isKilled(lane: Lane, orders: Orders): Promise<boolean> {
  const child = spawn(process.execPath, ['--conditions=klue-source', '--import', 'tsx', script, JSON.stringify(orders)], { stdio: ['ignore', 'pipe', 'inherit'] })
  return await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      try {
        lane.hear(JSON.parse(line) as Said)
      } catch (failure) {
        reject(failure)
        child.kill('SIGKILL')
      }
    })
    child.once('error', reject)
    child.once('close', (code, signal) => (signal === 'SIGKILL' ? resolve(true) : code === 0 ? resolve(false) : reject(new Error(`the process of lane ${lane.number} ended with ${code}`))))
  })
}

// Each transfer is in both accounts and in its receipt, or in none of them.
async function compareMoney(database: Database, lanes: readonly Lane[]): Promise<void> {
  const written = new Map((await everything(database, receipts)).map((receipt) => [receipt.id, receipt]))
  const wanted = new Map<string, number>(accountIds.map((id) => [id, firstBalance]))
  for (const { from, to, amount } of written.values()) {
    if (from !== '') wanted.set(from, wanted.get(from)! - amount)
    wanted.set(to, wanted.get(to)! + amount)
  }
  const found = new Map((await everything(database, accounts)).map(({ id, balance }) => [id, balance]))
  assert.deepEqual([...found].sort(), [...wanted].sort(), 'balances are what the receipts make of them')
  assert.ok([...found.values()].every((balance) => balance >= 0))
  const shared = lanes.flatMap((lane) => lane.shared)
  const paid = shared.filter(({ step }) => step.kind !== 'count')
  for (const { id, isDone } of paid) if (isDone !== undefined) assert.equal(written.has(id), isDone, `the receipt of ${id}`)
  assert.deepEqual([...written.keys()].filter((id) => !paid.some((one) => one.id === id)), [])
  for (const of of accountIds) {
    const counted = shared.filter(({ step }) => step.kind === 'count' && step.of === of)
    const [least, most] = [counted.filter(({ isDone }) => isDone === true).length, counted.filter(({ isDone }) => isDone !== false).length]
    const sum = await openTable(database, accounts).counter(of, 'moves').read()
    assert.ok(sum >= least && sum <= most, `the counter of ${of} is ${sum}, and was added to ${least} to ${most} times`)
  }
}

// Each name has one row, of its item, and there is no other; the index holds the items that have one.
async function compareNames(database: Database): Promise<void> {
  const items = await everything(database, entries)
  const wanted = items.flatMap(({ lane, number, name }) => (name === undefined ? [] : [`unique#name#["${name}"] ${lane},${number}`]))
  const rows = ((await database.run('Scan', { TableName: 'drill-entries.klue', ConsistentRead: true })).Items ?? []).map((row) => `${row['id']!.S} ${(JSON.parse(row['owner']!.S!) as string[]).map(Number).join()}`)
  assert.deepEqual(rows.sort(), wanted.sort())
  const { items: indexed } = await openTable(database, entries).scan({ index: 'by-name', limit: 1000 })
  assert.deepEqual(indexed.map(({ name }) => name).sort(), items.flatMap(({ name }) => name ?? []).sort())
}

// What the stream makes of nothing are the items.
async function compareStream(database: Database, dynamo: LocalDynamo): Promise<void> {
  const told = new Map<string, string>()
  for (const { dynamodb, eventName } of await readAll(callerOf(dynamo), 'drill-entries')) {
    const key = JSON.stringify([dynamodb.Keys['lane'], dynamodb.Keys['number']])
    if (eventName === 'REMOVE') told.delete(key)
    else told.set(key, textOf(dynamodb.NewImage!))
  }
  const found = ((await database.run('Scan', { TableName: 'drill-entries', ConsistentRead: true })).Items ?? []).map(textOf)
  assert.deepEqual([...told.values()].sort(), found.sort())
}

function textOf(item: object): string {
  return JSON.stringify(Object.entries(item).sort(([one], [other]) => (one < other ? -1 : 1)))
}

async function everything<Item>(database: Database, definition: PersistDefinition<Item>): Promise<Item[]> {
  const items: Item[] = []
  for (let cursor: string | undefined, isMore = true; isMore; isMore = cursor !== undefined) {
    const page = await openTable(database, definition).scan({ limit: 1000, ...(cursor === undefined ? {} : { cursor }) })
    items.push(...page.items)
    cursor = page.cursor
  }
  return items
}
