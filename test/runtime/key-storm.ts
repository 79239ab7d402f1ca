// A storm of equal requests with a few keys from several processes, some of which are killed: between an effect and its record, or at any moment.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Database, ensureTables, openDatabase } from '../../src/persist/index.ts'
import { openLocalDynamo } from '../../src/platform/local/index.ts'
import { storeDefinition } from '../../src/store/index.ts'
import { transfersDocument } from './idempotent-service.ts'
import { compileFolder } from './service-fixture.ts'

export interface Storm {
  processes: number
  /** Requests by key; divided among the processes. */
  requests: Readonly<Record<string, number>>
  /** How many processes are killed between an effect and its record. */
  kills: number
  /** How many more are killed at random moments while requests are answered. */
  atRandom?: number
}

export interface Said {
  key: string
  effect?: string
  status?: number
  text?: string
}

/** What a storm left behind. */
export interface Stormed {
  seen: Said[]
  /** Attempts that ended with their process, by key. */
  lost: Said[]
  kills: number
  /** Items of keys in the table: the state of each, and the number of its attempt. */
  items: { state: string; attempt: number }[]
}

/** Runs a storm to its end: each process that is killed comes again, with what it still had to send. */
export async function keyStorm(storm: Storm): Promise<Stormed> {
  const dynamo = await openLocalDynamo({ memory: true })
  const database = openDatabase({ endpoint: dynamo.endpoint, credentials: dynamo.credentials, prefix: 'test-' })
  try {
    await ensureTables(database, [storeDefinition])
    const env = { STORM_ENDPOINT: dynamo.endpoint, STORM_CREDENTIALS: JSON.stringify(dynamo.credentials), STORM_SPEC: (await compileFolder(transfersDocument)).href }
    const stormed: Stormed = { seen: [], lost: [], kills: 0, items: [] }
    const chaos = openChaos(storm)
    await Promise.all(Array.from({ length: storm.processes }, () => runProcess({ env, stormed, chaos }, shareOf(storm))))
    stormed.items = await itemsOf(database)
    return stormed
  } finally {
    database.close()
    await dynamo.close()
  }
}

function shareOf({ requests, processes }: Storm): Record<string, number> {
  return Object.fromEntries(Object.entries(requests).map(([key, count]) => [key, Math.ceil(count / processes)]))
}

interface Chaos {
  /** Whether the process that said this is to be killed. */
  kills(said: Said): boolean
}

function openChaos({ kills, atRandom = 0, requests }: Storm): Chaos {
  const keys = Object.keys(requests)
  const aimed = new Map(keys.map((key, place) => [key, Math.floor(kills / keys.length) + (place < kills % keys.length ? 1 : 0)]))
  const total = Object.values(requests).reduce((sum, count) => sum + count, 0)
  // Random kills lie between the answers, wherever their processes then are.
  const moments = new Set<number>()
  while (moments.size < atRandom) moments.add(Math.floor(Math.random() * total * 0.9))
  let answers = 0
  return {
    kills({ key, effect, text }) {
      if (effect !== undefined && aimed.get(key)! > 0) {
        aimed.set(key, aimed.get(key)! - 1)
        return true
      }
      return text !== undefined && moments.delete(answers++)
    },
  }
}

async function runProcess(parts: { env: Record<string, string>; stormed: Stormed; chaos: Chaos }, left: Record<string, number>): Promise<void> {
  const { env, stormed, chaos } = parts
  const child = spawn(process.execPath, ['--conditions=klue-source', '--import', 'tsx', fileURLToPath(new URL('./key-storm-worker.ts', import.meta.url))], { env: { ...process.env, ...env, STORM_LEFT: JSON.stringify(left) }, stdio: ['ignore', 'pipe', 'inherit'] })
  let last: Said | undefined
  createInterface({ input: child.stdout }).on('line', (line) => {
    const said = JSON.parse(line) as Said
    stormed.seen.push((last = said))
    if (said.text !== undefined) left[said.key]! -= 1
    // A kill at random is not where it was decided, but wherever the process is some milliseconds later.
    if (chaos.kills(said)) setTimeout(() => child.kill('SIGKILL'), said.effect === undefined ? Math.random() * 20 : 0)
  })
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (...ended) => resolve(ended))
  })
  if (signal !== 'SIGKILL') return assert.equal(code, 0, `a process of the storm ended with ${code}`)
  stormed.kills += 1
  if (last?.effect !== undefined) stormed.lost.push(last)
  await runProcess(parts, left)
}

async function itemsOf(database: Database): Promise<Stormed['items']> {
  const { Items } = await database.run('Scan', { TableName: 'test-klue', ConsistentRead: true })
  return (Items ?? []).filter(({ pk, sk }) => pk!.S!.startsWith('idem#') && sk!.S === 'key').map(({ st, at }) => ({ state: st!.S!, attempt: Number(at!.N) }))
}

/** For each key one effect was recorded, each kill beside its record left one that was not, and every answer is the same to the last byte. */
export function assertOneEffect(storm: Storm, { seen, lost, items }: Stormed): void {
  const keys = Object.keys(storm.requests)
  for (const key of keys) {
    const of = (what: Said[]): Said[] => what.filter((said) => said.key === key)
    const effects = of(seen).flatMap(({ effect }) => (effect === undefined ? [] : [effect]))
    const answers = of(seen).filter(({ text }) => text !== undefined)
    // A handler that a busy machine held up beyond its time may be taken over too.
    const late = of(seen).filter(({ status }) => status === 504).length
    assert.ok(effects.length >= 1 && effects.length <= of(lost).length + 1 + late, `${key}: ${effects.length} effects, ${of(lost).length} lost with their process, ${late} late`)
    assert.equal(answers.length, shareOf(storm)[key]! * storm.processes)
    const distinct = [...new Set(answers.map(({ status, text }) => `${status} ${text}`))]
    assert.equal(distinct.length, 1, distinct.join('\n'))
    assert.ok(effects.some((effect) => distinct[0] === `200 ${JSON.stringify({ effect })}`), distinct[0])
  }
  assert.ok(lost.length >= storm.kills, `${lost.length} kills met an attempt between its effect and its record`)
  assert.deepEqual(items.map(({ state }) => state), keys.map(() => 'a'))
}
