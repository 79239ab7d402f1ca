// One process of the drill: does the steps of its lane one after the other, says what it begins and how it ends, and kills itself at the call that it was told.
import { sample } from 'fast-check'
import { isHttpError } from '../../../src/errors/index.ts'
import { type Database, openDatabase, openTable, transactWrite } from '../../../src/persist/index.ts'
import { refusedWith, turning } from '../tables-fixture.ts'
import { accounts, entries, receipts } from './definitions.ts'
import { nameIn, type Step, steps } from './steps.ts'

/** What a process is told. */
export interface Orders {
  endpoint: string
  credentials: { accessKeyId: string; secretAccessKey: string }
  lane: number
  seed: number
  /** The first step that it does, and the one before which it ends. */
  from: number
  to: number
  /** The call before or after which it is killed. */
  kill?: { call: number; isAfter: boolean }
}

/** What a process says. */
export type Said = { begin: number; step: Step } | { end: number; code: string | undefined; isUnknown: boolean } | { items: { number: number; n?: number; name?: string }[] }

// Somewhere else than in the client, as a fault of the network is: nobody knows whether the call was done.
class Unknown extends Error {}

const told = JSON.parse(process.argv[2]!) as Orders
const { lane, seed, from, to, kill } = told
const real = openDatabase({ endpoint: told.endpoint, credentials: told.credentials, prefix: 'drill-' })
const say = (what: Said): void => void process.stdout.write(`${JSON.stringify(what)}\n`)
let calls = 0
let chance = seed + lane * 7919 + from * 104_729
// Of no library: only which calls meet a fault depends on it.
const next = (): number => (chance = (chance * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31

const faulty: Database = turning(real, async (name, input) => {
  calls += 1
  const isLast = kill?.call === calls
  if (isLast && !kill!.isAfter) process.kill(process.pid, 'SIGKILL')
  const luck = next()
  if (luck < 0.02) throw new Unknown('the connection broke before the call')
  if (luck < 0.04 && name === 'TransactWriteItems') throw Object.assign(refusedWith('TransactionCanceledException'), { cause: { CancellationReasons: [{ Code: 'TransactionConflict' }] } })
  if (luck < 0.04) throw refusedWith(name === 'UpdateItem' ? 'TransactionConflictException' : 'ProvisionedThroughputExceededException')
  if (luck >= 0.06 && !isLast) return undefined
  const answer = await real.run(name, input)
  if (isLast) process.kill(process.pid, 'SIGKILL')
  if (luck < 0.06) throw new Unknown('the connection broke after the call')
  return answer
})

const use = { pause: () => new Promise<void>((resolve) => setTimeout(resolve, 2)) }
const table = openTable(faulty, entries, use)
const bank = openTable(faulty, accounts, use)
const notes = openTable(faulty, receipts, use)

async function act(step: Step, number: number): Promise<void> {
  const key = 'number' in step ? { lane, number: step.number } : { lane, number: 0 }
  if (step.kind === 'save') await table.save({ ...key, n: step.n, ...(step.name === undefined ? {} : { name: nameIn(lane, step.name) }) })
  else if (step.kind === 'update') await table.update(key, { add: { n: step.add }, ...(step.name === undefined ? {} : { set: { name: nameIn(lane, step.name) } }) }, step.below === undefined ? {} : { if: { n: { below: step.below } } })
  else if (step.kind === 'delete') await table.delete(key)
  else if (step.kind === 'batch put') await table.batch.put(step.writes.map((write) => ({ lane, number: write.number, n: write.n ?? 0 })))
  else if (step.kind === 'batch delete') await table.batch.delete(step.writes.map((write) => ({ lane, number: write.number })))
  else if (step.kind === 'together') await transactWrite([...step.writes.map((write) => (write.n === undefined ? table.action.delete({ lane, number: write.number }) : table.action.save({ lane, number: write.number, n: write.n }))), ...(step.isCancelled ? [table.action.check({ lane, number: 99 }, { n: { exists: true } })] : [])], {})
  else if (step.kind === 'count') await bank.counter(step.of, 'moves').add()
  else await pay(step, `${lane}-${number}`)
}

async function pay(step: Extract<Step, { kind: 'transfer' | 'deposit' }>, id: string): Promise<void> {
  const { to: target, amount } = step
  if (step.kind === 'transfer') {
    await transactWrite([bank.action.update(step.from, { add: { balance: -amount } }, { if: { balance: { atLeast: amount } } }), bank.action.update(target, { add: { balance: amount } }, { ifExists: true }), notes.action.save({ id, from: step.from, to: target, amount }, { ifAbsent: true })], {})
    return
  }
  // Read, changed and saved over what was read: refused where another process was faster.
  const account = await bank.load(target)
  await transactWrite([bank.action.save({ ...account, balance: account.balance + amount }), notes.action.save({ id, from: '', to: target, amount }, { ifAbsent: true })], {})
}

async function tell(): Promise<void> {
  const { items } = await openTable(real, entries).query({ partition: lane, limit: 100 })
  say({ items: items.map(({ lane: _lane, ...item }) => item) })
}

const all = sample(steps, { seed: seed + lane, numRuns: to })
await tell()
for (let number = from; number < to; number += 1) {
  const step = all[number]!
  say({ begin: number, step })
  try {
    await act(step, number)
    say({ end: number, code: undefined, isUnknown: false })
  } catch (failure) {
    // Some of a batch may be done, whatever its error is called.
    const isUnknown = !isHttpError(failure) || step.kind.startsWith('batch')
    if (!isHttpError(failure) && !isFault(failure)) throw failure
    say({ end: number, code: isHttpError(failure) ? failure.code : undefined, isUnknown })
    if (isUnknown) await tell()
  }
}
await tell()
real.close()

function isFault(failure: unknown): boolean {
  for (let at: unknown = failure; at instanceof Error; at = at.cause) if (at instanceof Unknown || (at as { reason?: string }).reason === 'ProvisionedThroughputExceededException') return true
  return false
}
