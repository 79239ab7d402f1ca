// What measures calls of tables and requests with keys: the embedded DynamoDB in a process of its own, and one process in which all take turns.
import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { here } from './targets.mjs'
import { pinning } from './turns.mjs'

/** Turns of 20 calls, and how many of them come before those that count. */
export const turnsOf = (quick) => (quick ? { all: 75, early: 50 } : { all: 250, early: 150 })

/** Starts the embedded DynamoDB with the tables that are measured; it is not measured itself. Gives its endpoint and credentials, and what stops it. */
export async function startServer() {
  const child = spawn(process.execPath, ['--conditions=klue-source', '--import', import.meta.resolve('tsx'), join(here, 'table-server.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] })
  const said = await new Promise((resolve, reject) => {
    child.stdout.once('data', (data) => resolve(JSON.parse(String(data))))
    child.once('exit', () => reject(new Error('the server of tables ended')))
  })
  return { ...said, stop: () => child.kill() }
}

/** Runs `script` of this folder, which lets the modules of `files` take turns; gives the microseconds of each turn by name. */
export function inOneProcess(script, files, env) {
  const [first, ...rest] = [...pinning(), process.execPath, join(here, script)]
  const child = spawnSync(first, rest, { env: { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'production', BENCH_FILES: JSON.stringify(files), ...env }, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'], timeout: 900_000, maxBuffer: 16 * 1_048_576 })
  const line = child.stderr.split('\n').find((text) => text.startsWith('BENCH {'))
  if (line === undefined) throw new Error(`${script}: ${child.signal ?? child.stderr.slice(-1000)}`)
  return JSON.parse(line.slice('BENCH '.length))
}
