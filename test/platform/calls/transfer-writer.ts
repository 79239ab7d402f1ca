// Writes transfers into a folder until it is killed: by itself before or after the write of a given number, or from outside.
import { createRequire } from 'node:module'
import { openLocalDynamo } from '../../../src/platform/local/index.ts'
import { callerOf } from './one-table.ts'
import { single, transfer } from './transfers.ts'

const [folder, first, count, moment] = process.argv.slice(2) as [string, string, string, string]
const logic = createRequire(import.meta.resolve('dynalite'))('dynalite/db') as { create(options: unknown): { db: Record<'batch', (changes: unknown[], done?: unknown) => unknown> } }
const { create } = logic
let left = Number(count)
logic.create = (options) => {
  const store = create(options)
  const original = store.db.batch.bind(store.db)
  store.db.batch = (changes, done) => {
    if ((left -= 1) !== 0) return original(changes, done)
    if (moment === 'before') process.kill(process.pid, 'SIGKILL')
    // Handed to the database, and nobody waits for it.
    const written = original(changes, done)
    if (moment === 'after') process.kill(process.pid, 'SIGKILL')
    return written
  }
  return store
}
const dynamo = await openLocalDynamo({ folder })
const call = callerOf(dynamo)
process.stdout.write('ready\n')
for (let number = Number(first); ; number += 4) await Promise.all([0, 1, 2, 3].flatMap((more) => [transfer(call, number + more), single(call, number + more)]))
