// Measures variants in turns of fresh processes: what else the machine does then reaches all of them.
import { spawnSync } from 'node:child_process'
import { basename, dirname, join } from 'node:path'
import { goodBody, targetPath } from './documents.mjs'
import { eventOf } from './events.mjs'
import { here } from './targets.mjs'

/** The request that is measured, and the body of its answer. */
export const measured = eventOf('POST', `${targetPath.replace('{tenant}', 'shop').replace('{number}', '12')}?dry_run=true&limit=5&tags=a`, { body: goodBody })
export const measuredBody = JSON.stringify({ total: JSON.parse(goodBody).items.length })

/**
 * What the processes of each variant said, by its name. `turnsOf` says in how many of the turns a variant takes part;
 * one that takes part in fewer does so in turns spread over all. Each turn begins with another variant.
 */
export function inTurns(variants, turns, { run, turnsOf = () => turns }) {
  const names = Object.keys(variants)
  const runs = Object.fromEntries(names.map((name) => [name, []]))
  for (let turn = 0; turn < turns; turn += 1) {
    for (let index = 0; index < names.length; index += 1) {
      const name = names[(index + turn) % names.length]
      const wanted = turnsOf(variants[name])
      if (Math.floor(((turn + 1) * wanted) / turns) > Math.floor((turn * wanted) / turns)) runs[name].push(run(variants[name]))
    }
  }
  return runs
}

/** One process that loads a module and calls it; `env` says how. Gives what it said, with its stdout where that is wanted. */
export function probe(file, { env = {}, events = [measured], stdout = 'ignore', timeoutSeconds = 300 }) {
  const [first, ...rest] = [...pinning(), process.execPath, join(here, 'probe.mjs')]
  const child = spawnSync(first, rest, {
    env: { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'production', LAMBDA_TASK_ROOT: dirname(file), BENCH_FILE: file, BENCH_EVENTS: JSON.stringify(events), BENCH_BODY: measuredBody, ...env },
    encoding: 'utf8', stdio: ['ignore', stdout, 'pipe'], timeout: timeoutSeconds * 1000, maxBuffer: 64 * 1_048_576,
  })
  const line = child.stderr.split('\n').find((text) => text.startsWith('BENCH {'))
  if (line === undefined) throw new Error(`${basename(dirname(file))}/${basename(file)}: ${child.signal ?? child.stderr.slice(-1000)}`)
  return { ...JSON.parse(line.slice('BENCH '.length)), ...(stdout === 'pipe' ? { stdout: child.stdout } : {}) }
}

let pinned
/** The words in front of a command that pin it to one core, where the machine lets a process be pinned: its helpers then count as well. */
export function pinning() {
  pinned ??= spawnSync('taskset', ['-c', '1', process.execPath, '-e', '0']).status === 0 ? ['taskset', '-c', '1'] : []
  return pinned
}

export function isPinned() {
  return pinning().length > 0
}

export function median(values) {
  return [...values].sort((one, other) => one - other)[values.length >> 1]
}

export function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
