// What a call of a table costs beside the same call of the SDK: klue, the SDK alone, its document client, electrodb and dynamodb-toolbox, in turns.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundlePeer } from './build.mjs'
import { rowOf } from './lives.mjs'
import { here, shortLife, work } from './targets.mjs'
import { inTurns, isPinned, probe } from './turns.mjs'

/** What is called, by its name in the tables. */
export const tableCalls = { put: 'put', get: 'get', update: 'update with a condition', query: 'query of 20 items' }
/** Who calls, by the name of the peer. */
export const tablePeers = { 'tables-sdk': 'client of the SDK alone', 'tables-document': 'document client of the SDK', 'tables-klue': '**klue**', 'tables-electrodb': 'electrodb', 'tables-toolbox': 'dynamodb-toolbox' }

/** Microseconds of processor time a call, by peer and call; each process makes as many calls. */
export async function measureTableCalls({ quick }) {
  const files = {}
  for (const name of Object.keys(tablePeers)) await bundlePeer(name, (files[name] = join(work, 'table-calls', name, 'index.mjs')))
  const server = await startServer()
  try {
    const variants = Object.fromEntries(Object.keys(tableCalls).flatMap((call) => Object.keys(tablePeers).map((name) => [`${name} ${call}`, { name, call }])))
    const run = ({ name, call }) => probe(files[name], { env: { BENCH_MODE: 'life', BENCH_REQUESTS: String(shortLife - 1), BENCH_CALL: call, BENCH_PARTITION: `${name} ${call}`, BENCH_ENDPOINT: server.endpoint, BENCH_CREDENTIALS: JSON.stringify(server.credentials) } })
    const runs = inTurns(variants, quick ? 1 : 5, { run })
    return Object.fromEntries(Object.keys(tablePeers).map((name) => [name, Object.fromEntries(Object.keys(tableCalls).map((call) => [call, rowOf(runs[`${name} ${call}`].map(({ hundreds }) => hundreds))]))]))
  } finally {
    server.stop()
  }
}

/** The worst call: how often it costs what the SDK alone does, after 3,000 calls. */
export function worstTableCall(measured) {
  const ratios = Object.keys(tableCalls).map((call) => measured?.['tables-klue']?.[call]?.after3000Us / measured?.['tables-sdk']?.[call]?.after3000Us)
  return ratios.some(Number.isNaN) ? undefined : Math.max(...ratios)
}

// In a process of its own, which is not measured.
async function startServer() {
  const child = spawn(process.execPath, ['--conditions=klue-source', '--import', import.meta.resolve('tsx'), join(here, 'table-server.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] })
  const said = await new Promise((resolve, reject) => {
    child.stdout.once('data', (data) => resolve(JSON.parse(String(data))))
    child.once('exit', () => reject(new Error('the server of tables ended')))
  })
  return { ...said, stop: () => child.kill() }
}

// node --conditions=klue-source --import tsx bench/table-calls.mjs [--quick]: only this part.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const measured = await measureTableCalls({ quick: process.argv.includes('--quick') })
  console.log(JSON.stringify({ node: process.version, pinned: isPinned(), measured, worst: worstTableCall(measured) }, undefined, 1))
}
