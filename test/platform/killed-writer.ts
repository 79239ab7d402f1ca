// A process that dies in the middle of a write: `node … killed-writer.ts <folder> <first round> <writes until it dies> <prefix of the key whose write kills it>`.
import { createRequire } from 'node:module'
import { openLocalDynamo } from '../../src/platform/local/index.ts'
import { write } from './indexed-table.ts'

interface Store {
  db: { put(key: string, ...others: unknown[]): unknown; del(key: string, ...others: unknown[]): unknown }
}

const [folder, first, count, prefix] = process.argv.slice(2) as [string, string, string, string]
const logic = createRequire(import.meta.resolve('dynalite'))('dynalite/db') as { create(options: unknown): Store }
const { create } = logic
let left = Number(count)
logic.create = (options) => {
  const store = create(options)
  for (const name of ['put', 'del'] as const) {
    const original = store.db[name].bind(store.db)
    store.db[name] = (key, ...others) => {
      if (key.startsWith(prefix) && (left -= 1) === 0) process.kill(process.pid, 'SIGKILL')
      return original(key, ...others)
    }
  }
  return store
}
const dynamo = await openLocalDynamo({ folder })
for (let round = Number(first); ; round += 3) await Promise.all([0, 1, 2].map((more) => write(dynamo, round + more)))
