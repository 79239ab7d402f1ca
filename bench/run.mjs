// npm run bench [-- --quick] [--json]: klue and its peers on the same request, in one run; medians and ratios.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const quick = process.argv.includes('--quick')
const say = (text) => process.stderr.write(`${text}\n`)

if (!existsSync(join(here, 'node_modules', 'hono'))) {
  say('Installing the peers, once ...')
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: here, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error('npm could not install the peers')
}

const { buildKlue, buildPeers, bytesOf, peers, sizes, work } = await import('./build.mjs')
const { goodBody, targetPath } = await import('./documents.mjs')
const { measureDev } = await import('./dev.mjs')
const { measureRequestLog } = await import('./request-log.mjs')
const { measureSecretRead } = await import('./secret-read.mjs')
const { eventOf } = await import('./events.mjs')
const { bundleFunction } = await import('../src/bundle/index.ts')
const { generate } = await import('../src/openapi/index.ts')

say('Building ...')
const generation = await buildKlue({ generate, bundleFunction })
const missing = await buildPeers()
const same = await compare()
const rows = measureAll()
const report = {
  date: new Date().toISOString().slice(0, 10), node: process.version, machine: `${cpus()[0]?.model ?? ''}, ${cpus().length} cores, Linux ${release()}`, quick,
  sameAnswers: same, missing, rows, requestLog: await measureRequestLog({ quick }), secretRead: await measureSecretRead({ quick }), generation, bytes: Object.fromEntries(sizes.map((size) => [size, bytesOf(size)])), dev: process.argv.includes('--no-dev') ? {} : await measureDev(say, { quick }),
}
if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(report, undefined, 1)}\n`)
else print(report)

// In a process of its own: it prints request lines, and no measured process should have loaded anything before.
async function compare() {
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', `import { compareStatuses } from ${JSON.stringify(join(here, 'same-answers.mjs'))}; const result = await compareStatuses(); process.stderr.write('\\nBENCH ' + JSON.stringify(result) + '\\n'); process.exit(0)`], { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] })
  return resultOf(stderr)
}

function resultOf(stderr) {
  const line = stderr.split('\n').find((text) => text.startsWith('BENCH '))
  if (line === undefined) throw new Error(stderr.slice(-2000))
  return JSON.parse(line.slice('BENCH '.length))
}

function measureAll() {
  const targets = ['klue', ...peers.filter((peer) => missing[peer] === undefined)]
  const results = []
  for (const size of sizes) for (const target of targets) {
    say(`Measuring ${target}, ${size} ...`)
    const slow = size !== '3' && ['fastify', 'express'].includes(target)
    const runs = []
    const first = probe(target, size, { mode: 'cold' })
    if (first.error !== undefined || first.status !== 200) {
      missing[`${target}, ${size}`] = first.error ?? `it answers ${first.status}`
      continue
    }
    for (let run = 0; run < (quick || slow ? 3 : 15); run += 1) runs.push(probe(target, size, { mode: 'cold' }))
    const warm = probe(target, size, { mode: 'warm', requests: warmRequests(target, size) })
    results.push({ target, size, status: warm.status, coldMs: median(runs.map(({ cold }) => cold)), rssMb: median(runs.map(({ rss }) => rss)), warmUs: warm.warm })
  }
  return results
}

function warmRequests(target, size) {
  const many = target === 'klue' || target === 'bare' ? 2000 : size !== '3' && target.startsWith('openapi-backend') ? 20 : 300
  return quick ? Math.ceil(many / 5) : many
}

function probe(target, size, { mode, requests = 1 }) {
  const file = target === 'klue' ? join(work, 'klue', size, 'index.mjs') : join(work, 'peers', target, 'index.cjs')
  const env = { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'production', BENCH_FILE: file, BENCH_MODE: mode, BENCH_REQUESTS: String(requests), BENCH_EVENT: JSON.stringify(eventOf('POST', `${targetPath.replace('{tenant}', 'shop').replace('{number}', '12')}?dry_run=true&limit=5&tags=a`, { body: goodBody })), BENCH_DOCUMENT: join(work, `${size}.json`), LAMBDA_TASK_ROOT: join(work, 'klue', size), POWERTOOLS_METRICS_NAMESPACE: 'bench' }
  const command = [process.execPath, join(here, 'probe.mjs')]
  const pinned = existsSync('/usr/bin/taskset') ? ['taskset', '-c', '1', ...command] : command
  const { stderr, signal } = spawnSync(pinned[0], pinned.slice(1), { env, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'], timeout: 300_000 })
  if (!stderr.includes('BENCH {')) return { error: signal ?? stderr.split('\n').find((text) => /^\w*Error/.test(text)) ?? 'no result' }
  return resultOf(stderr)
}

function median(values) {
  return [...values].sort((left, right) => left - right)[values.length >> 1]
}

function print({ rows, ...rest }) {
  const round = (value) => (value >= 100 ? Math.round(value) : Math.round(value * 10) / 10)
  console.log(`${rest.date}, Node ${rest.node}, ${rest.machine}${quick ? ', --quick' : ''}`)
  console.log(`${rest.sameAnswers.requests} requests to klue and openapi-backend: ${rest.sameAnswers.differences.length} different statuses, ${rest.sameAnswers.thrown.length} at which openapi-backend throws`)
  for (const difference of [...rest.sameAnswers.differences, ...rest.sameAnswers.thrown]) console.log(`  ${JSON.stringify(difference)}`)
  for (const [peer, reason] of Object.entries(missing)) console.log(`left out: ${peer}: ${reason}`)
  for (const size of sizes) {
    console.log(`\n${size} operations | cold ms | RSS MB | warm µs | cold × klue | warm × klue | status`)
    const own = rows.find((row) => row.target === 'klue' && row.size === size)
    for (const row of rows.filter((candidate) => candidate.size === size)) console.log([row.target, round(row.coldMs), round(row.rssMb), round(row.warmUs), round(row.coldMs / own.coldMs), round(row.warmUs / own.warmUs), row.status].join(' | '))
  }
  const klue = (size) => rows.find((row) => row.target === 'klue' && row.size === size)
  console.log(`\nklue, gh : 3 operations: cold ${(klue('gh').coldMs / klue('3').coldMs).toFixed(2)}, warm ${(klue('gh').warmUs / klue('3').warmUs).toFixed(2)}`)
  for (const [name, { coldMs, warmUs }] of Object.entries(rest.requestLog)) console.log(`request log, ${name}: cold ${round(coldMs)} ms, warm ${round(warmUs)} µs`)
  for (const [name, { coldMs }] of Object.entries(rest.secretRead)) console.log(`secret read, ${name}: cold ${round(coldMs)} ms`)
  for (const [size, times] of Object.entries(rest.generation)) console.log(`generate, ${size}: ${Object.entries(times).map(([name, ms]) => `${name} ${round(ms)} ms`).join(', ')}`)
  for (const [size, bytes] of Object.entries(rest.bytes)) console.log(`bytes, ${size}: ${Object.entries(bytes).map(([name, count]) => `${name} ${count}`).join(', ')}`)
  console.log(`dev: ${JSON.stringify(rest.dev)}`)
}
