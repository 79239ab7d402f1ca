// The drill: lanes of random operations against a process that is killed between any two calls, beside a model in memory.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sample } from 'fast-check'
import { signedHeaders } from '../../../src/platform/aws/sign.ts'
import { after, callOf, type Operation, operations, type State, type Value } from './drill-model.ts'
import { type Caller, done, makeTable } from './one-table.ts'
import { indexOf, replayed } from './transfers.ts'

export interface DrillOptions {
  lanes: number
  kills: number
  /** Calls of a lane between two kills, at most. */
  calls: number
  seed: number
}

interface Lane {
  number: number
  state: State
  /** Transactions that were done. */
  count: number
  waiting: { operation: Operation; token: string } | undefined
}

const script = fileURLToPath(new URL('drill-owner.ts', import.meta.url))
const table = { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } }

/** Fails where anything was lost, doubled or half done; the seed repeats the operations. */
export async function drill({ lanes: laneCount, kills, calls, seed }: DrillOptions): Promise<{ done: number; unknown: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'klue-drill-'))
  const lanes = Array.from({ length: laneCount }, (_, number): Lane => ({ number, state: {}, count: 0, waiting: undefined }))
  const all = sample(operations, { seed, numRuns: laneCount * calls * (kills + 1) })
  const totals = { done: 0, unknown: 0 }
  let owner: ChildProcess | undefined
  try {
    for (let round = 0; round <= kills; round++) {
      const started = await startOwner(folder)
      owner = started.owner
      if (round === 0) for (const name of ['left', 'right', 'counters']) await makeTable(started.call, name, table)
      await settle(started.call, lanes, totals)
      // The last round compares alone.
      if (round < kills) await play({ ...started, lanes, totals, left: (seed * (round + 7)) % (laneCount * calls), next: (lane) => all[(round * laneCount + lane.number) * calls + (totals.done % calls)]! })
      await kill(owner)
    }
    return totals
  } catch (failure) {
    throw new Error(`the drill failed with the seed ${seed}: ${failure instanceof Error ? failure.message : String(failure)}`, { cause: failure })
  } finally {
    if (owner !== undefined) await kill(owner)
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Round {
  owner: ChildProcess
  call: Caller
  lanes: Lane[]
  totals: { done: number; unknown: number }
  /** Answers until the kill. */
  left: number
  next(lane: Lane): Operation
}

// All lanes at once, until so many answers have come; what then is under way is cut off.
async function play({ owner, call, lanes, totals, left, next }: Round): Promise<void> {
  let answers = 0
  await Promise.all(lanes.map(async (lane) => {
    for (;;) {
      const operation = next(lane)
      lane.waiting = { operation, token: `${lane.number}-${lane.count}-${totals.done}` }
      try {
        await act(call, lane)
      } catch (failure) {
        if (!(failure instanceof TypeError)) throw failure
        totals.unknown += 1
        return
      }
      totals.done += 1
      if ((answers += 1) >= left) owner.kill('SIGKILL')
    }
  }))
}

async function act(call: Caller, lane: Lane): Promise<void> {
  const { operation, token } = lane.waiting!
  const { status, error, body } = await call(...callOf(operation, lane.number, token))
  if (operation.kind === 'cancelled') assert.equal(error, 'TransactionCanceledException')
  else assert.equal(status, 200, JSON.stringify(body))
  lane.state = after(lane.state, operation)
  if (operation.kind === 'transaction') lane.count += 1
  lane.waiting = undefined
}

// What was cut off was done whole or not at all; a transaction is sent once more with its token, and is done once.
async function settle(call: Caller, lanes: Lane[], totals: { done: number }): Promise<void> {
  for (const lane of lanes) {
    if (lane.waiting !== undefined) {
      const { operation } = lane.waiting
      const [found, before, then] = [await stateOf(call, lane), lane.state, after(lane.state, operation)]
      assert.ok([before, then].some((state) => same(state) === same(found)), `lane ${lane.number} is neither ${same(before)} nor ${same(then)}: ${same(found)}`)
      if (operation.kind === 'single') lane.state = same(found) === same(then) ? then : before
      else await act(call, lane)
      lane.waiting = undefined
      totals.done += 1
    }
    assert.equal(same(await stateOf(call, lane)), same(lane.state), `lane ${lane.number}`)
  }
  const counters = (await done(call, 'Scan', { TableName: 'counters' }))['Items'] as { pk: { S: string }; n: { N: string } }[]
  const counted = (name: string): number => Number(counters.find(({ pk }) => pk.S === name)?.n.N ?? 0)
  for (const { number, count } of lanes) assert.equal(counted(`lane${number}`), count)
  assert.equal(counted('shared'), lanes.reduce((sum, { count }) => sum + count, 0))
  // Every item of these tables has an owner: the index holds all of them.
  for (const name of ['left', 'right']) assert.deepEqual(...(await indexOf(call, name)))
  for (const name of ['left', 'right', 'counters']) assert.deepEqual(...(await replayed(call, name)), `the stream of ${name}`)
}

async function stateOf(call: Caller, { number }: Lane): Promise<State> {
  const found: Record<string, Value> = {}
  for (const TableName of ['left', 'right']) {
    const { Items } = (await done(call, 'Query', { TableName, ConsistentRead: true, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: `lane${number}` } } })) as unknown as { Items: { sk: { S: string }; n: { N: string }; owner: { S: string } }[] }
    for (const { sk, n, owner } of Items) found[`${TableName}/${sk.S}`] = { n: Number(n.N), owner: owner.S }
  }
  return found
}

function same(state: State): string {
  return JSON.stringify(Object.entries(state).filter(([, value]) => value !== undefined).sort(([one], [other]) => (one < other ? -1 : 1)))
}

async function startOwner(folder: string): Promise<{ owner: ChildProcess; call: Caller }> {
  const owner = spawn(process.execPath, ['--conditions=klue-source', '--import', import.meta.resolve('tsx'), script, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const { endpoint, credentials } = await new Promise<{ endpoint: string; credentials: { accessKeyId: string; secretAccessKey: string } }>((resolve, reject) => {
    owner.stdout.once('data', (text: Buffer) => resolve(JSON.parse(String(text)) as never))
    owner.once('exit', () => reject(new Error('the process ended before it answered')))
  })
  const url = new URL(endpoint)
  return {
    owner,
    async call(operation, input) {
      const body = JSON.stringify(input)
      const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': operation.includes('.') ? operation : `DynamoDB_20120810.${operation}` }
      const response = await fetch(url, { method: 'POST', body, headers: { ...headers, ...signedHeaders({ method: 'POST', url, headers, body }, { credentials, region: 'us-east-1', service: 'dynamodb', now: Date.now() }) } })
      const said = (await response.json()) as Record<string, unknown>
      return { status: response.status, error: response.status === 200 ? undefined : String(said['__type']).replace(/^.*#/, ''), body: said }
    },
  }
}

async function kill(owner: ChildProcess): Promise<void> {
  if (owner.exitCode !== null || owner.signalCode !== null) return
  const gone = new Promise((resolve) => owner.once('exit', resolve))
  owner.kill('SIGKILL')
  await gone
}
