// What the processes of each target live: a cold start, their first requests, their later ones.
import { join } from 'node:path'
import { inTurns, mean, median, probe } from './turns.mjs'
import { moduleOf, requestsOf, work } from './targets.mjs'

/** The environment of a target's processes. */
export function environmentOf(size) {
  return { BENCH_DOCUMENT: join(work, `${size}.json`), POWERTOOLS_METRICS_NAMESPACE: 'bench' }
}

/** A row for each target: the median of its processes, measured in turns. `share`: how much of a processor its lives had. */
export function measureLives(targets, size, { quick, say }) {
  const variants = Object.fromEntries(targets.map((target) => [target.name, target]))
  const run = (target, mode) => probe(moduleOf(target, size), { env: { ...environmentOf(size), BENCH_MODE: mode, BENCH_REQUESTS: String(requestsOf(target, size)) } })
  say(`Measuring cold starts, ${size} ...`)
  const coldTurns = quick ? 3 : 15
  const colds = inTurns(variants, coldTurns, { run: (target) => run(target, 'cold'), turnsOf: ({ slowStart }) => (slowStart && size !== '3' ? (quick ? 1 : 3) : coldTurns) })
  say(`Measuring lives, ${size} ...`)
  const lives = inTurns(variants, quick ? 1 : 3, { run: (target) => run(target, 'life') })
  return targets.map(({ name }) => ({ target: name, size, coldMs: median(colds[name].map(({ cold }) => cold)), rssMb: median(colds[name].map(({ rss }) => rss)), coldWallMs: median(colds[name].map(({ coldWall }) => coldWall)), share: median(lives[name].map(({ share }) => share)), ...rowOf(lives[name].map(({ hundreds }) => hundreds)) }))
}

/** Microseconds of processor time a request, of lives told by the hundred: means of the first ones, medians of later ones. Later ones that were not lived are left out. */
export function rowOf(lives) {
  const of = (from, to, measure) => (lives[0].length < to ? undefined : median(lives.map((hundreds) => measure(hundreds.slice(from, to)))))
  return { first100Us: of(0, 1, mean), first3000Us: of(0, 30, mean), after3000Us: of(30, 36, median), steadyUs: of(210, 240, median) }
}
