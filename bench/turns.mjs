// Measures variants of a function in turns of fresh processes: what else the machine does then reaches all of them.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { here } from './build.mjs'
import { goodBody, targetPath } from './documents.mjs'
import { eventOf } from './events.mjs'

/** What the processes of each variant said, by its name. */
export function inTurns(variants, turns, probeOf) {
  const runs = Object.fromEntries(Object.keys(variants).map((name) => [name, []]))
  for (let turn = 0; turn < turns; turn += 1) for (const [name, variant] of Object.entries(variants)) runs[name].push(probeOf(variant))
  return runs
}

/** One process that loads a function and calls it; `env` says how. */
export function probe(file, env) {
  const event = JSON.stringify(eventOf('POST', `${targetPath.replace('{tenant}', 'shop').replace('{number}', '12')}?dry_run=true&limit=5&tags=a`, { body: goodBody }))
  const command = [process.execPath, join(here, 'probe.mjs')]
  const [first, ...rest] = existsSync('/usr/bin/taskset') ? ['taskset', '-c', '1', ...command] : command
  const { stderr } = spawnSync(first, rest, { env: { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'production', BENCH_FILE: file, BENCH_EVENT: event, LAMBDA_TASK_ROOT: dirname(file), ...env }, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'], timeout: 120_000 })
  const line = stderr.split('\n').find((text) => text.startsWith('BENCH '))
  if (line === undefined) throw new Error(`${basename(dirname(file))}/${basename(file)}: ${stderr.slice(-1000)}`)
  return JSON.parse(line.slice('BENCH '.length))
}

export function median(values) {
  return [...values].sort((one, other) => one - other)[values.length >> 1]
}
