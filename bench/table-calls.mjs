// What a call of a table costs beside the same call of the SDK: klue, the SDK alone, its document client, electrodb and dynamodb-toolbox, in turns.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inOneProcess, startServer, turnsOf } from './beside-tables.mjs'
import { bundlePeer } from './build.mjs'
import { work } from './targets.mjs'
import { isPinned, median } from './turns.mjs'

/** What is called, by its name in the tables. */
export const tableCalls = { put: 'put', get: 'get', update: 'update with a condition', query: 'query of 20 items' }
/** Who calls, by the name of the peer. */
export const tablePeers = { 'tables-sdk': 'client of the SDK alone', 'tables-document': 'document client of the SDK', 'tables-klue': '**klue**', 'tables-electrodb': 'electrodb', 'tables-toolbox': 'dynamodb-toolbox' }

/**
 * Microseconds of processor time a call, and how often the time of the client of the SDK alone it is, by peer and call.
 * A call is milliseconds long, and what else a machine does then changes it by halves: peers take turns of 20 calls in one process, turn is compared with turn, and the median counts.
 */
export async function measureTableCalls({ quick }) {
  const files = {}
  for (const name of Object.keys(tablePeers)) await bundlePeer(name, (files[name] = join(work, 'table-calls', name, 'index.mjs')))
  const server = await startServer()
  const { all, early } = turnsOf(quick)
  try {
    return Object.fromEntries(Object.keys(tableCalls).map((call) => {
      const times = inOneProcess('table-turns.mjs', files, { BENCH_TURNS: String(all), BENCH_CALL: call, BENCH_BODY: '', BENCH_PARTITION: call, BENCH_ENDPOINT: server.endpoint, BENCH_CREDENTIALS: JSON.stringify(server.credentials) })
      const late = (name) => times[name].slice(early)
      return [call, Object.fromEntries(Object.keys(tablePeers).map((name) => [name, { us: median(late(name)), ratio: median(late(name).map((time, turn) => time / late('tables-sdk')[turn])) }]))]
    }))
  } finally {
    server.stop()
  }
}

/** The worst call of klue: how often it takes what the client of the SDK alone takes. */
export function worstTableCall(measured = {}) {
  const ratios = Object.values(measured).map((peers) => peers['tables-klue'].ratio)
  return ratios.length === 0 ? undefined : Math.max(...ratios)
}

// node --conditions=klue-source --import tsx bench/table-calls.mjs [--quick]: only this part.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const measured = await measureTableCalls({ quick: process.argv.includes('--quick') })
  console.log(JSON.stringify({ node: process.version, pinned: isPinned(), measured, worst: worstTableCall(measured) }, undefined, 1))
}
