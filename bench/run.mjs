// npm run bench [-- --quick] [--sizes 3,gh] [--no-dev] [--json] [--page]: klue and its peers on the same request, in one run; the tables of docs/reference/performance.md, into which --page writes them.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import { here, moduleOf, sizes as allSizes, targets } from './targets.mjs'

const quick = process.argv.includes('--quick')
const page = join(here, '../docs/reference/performance.md')
const say = (text) => process.stderr.write(`${text}\n`)
installPeers()

const { buildKlue, buildPeers, bytesOf } = await import('./build.mjs')
const { judge } = await import('./goals.mjs')
const { measureDev } = await import('./dev.mjs')
const { environmentOf, measureLives } = await import('./lives.mjs')
const { measureRequestLog } = await import('./request-log.mjs')
const { measureSecretRead } = await import('./secret-read.mjs')
const { measureKeyCalls } = await import('./key-calls.mjs')
const { measureTableCalls } = await import('./table-calls.mjs')
const { pageOf, replaceIn } = await import('./print.mjs')
const { isPinned } = await import('./turns.mjs')
const { wrongAnswers } = await import('./target-answers.mjs')
const { bundleFunction } = await import('../src/bundle/index.ts')
const { generate } = await import('../src/openapi/index.ts')

const at = process.argv.indexOf('--sizes')
const sizes = at >= 0 ? process.argv[at + 1].split(',') : quick ? ['3', 'gh'] : allSizes
for (const size of sizes) if (!allSizes.includes(size)) throw new Error(`${size} is no size; there are ${allSizes.join(', ')}`)
say('Building ...')
const generation = await buildKlue({ generate, bundleFunction, only: sizes })
const missing = await buildPeers(sizes)
const sameAnswers = sizes.includes('gh') ? compareStatuses() : { requests: 0, differences: [], thrown: [] }
const measurable = Object.fromEntries(sizes.map((size) => [size, targets.filter((target) => isRight(target, size))]))
const report = {
  date: new Date().toISOString().slice(0, 10), node: process.version, machine: `${cpus()[0]?.model ?? ''}, ${cpus().length} cores, Linux ${release()}`, pinned: isPinned(), quick,
  sameAnswers, missing, rows: sizes.flatMap((size) => measureLives(measurable[size], size, { quick, say })),
  ...(sizes.includes('3') ? { requestLog: await measureRequestLog({ quick }), secretRead: await measureSecretRead({ quick }), tableCalls: await measureTableCalls({ quick }), keyCalls: await measureKeyCalls({ quick }) } : { requestLog: {}, secretRead: {}, tableCalls: {}, keyCalls: {} }), generation,
  bytes: Object.fromEntries(sizes.map((size) => [size, bytesOf(size)])), dev: process.argv.includes('--no-dev') ? {} : await measureDev(say, { quick }), versions: wantedVersions(),
}
report.goals = judge(report)
if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(report, undefined, 1)}\n`)
else console.log(pageOf(report, targets))
if (process.argv.includes('--page')) writeFileSync(page, replaceIn(readFileSync(page, 'utf8'), pageOf(report, targets)))

function wantedVersions() {
  return JSON.parse(readFileSync(join(here, 'package.json'), 'utf8')).dependencies
}

function installPeers() {
  const isThere = ([name, version]) => {
    const file = join(here, 'node_modules', name, 'package.json')
    return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).version === version
  }
  if (Object.entries(wantedVersions()).every(isThere)) return
  say('Installing the peers, once ...')
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: here, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error('npm could not install the peers')
}

// A target that answers otherwise than its row says is not measured.
function isRight(target, size) {
  const name = `${target.name}, ${size}`
  if (missing[name] !== undefined) return false
  const wrong = answersOf(target, size)
  if (wrong.length > 0) missing[name] = wrong.join('; ')
  return wrong.length === 0
}

function answersOf(target, size) {
  try {
    return wrongAnswers(target, { file: moduleOf(target, size), env: environmentOf(size) })
  } catch (error) {
    return [error.message]
  }
}

// In a process of its own: it prints request lines, and no measured process should have loaded anything before.
function compareStatuses() {
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', `import { compareStatuses } from ${JSON.stringify(join(here, 'same-answers.mjs'))}; const result = await compareStatuses(); process.stderr.write('\\nBENCH ' + JSON.stringify(result) + '\\n'); process.exit(0)`], { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] })
  const line = stderr.split('\n').find((text) => text.startsWith('BENCH '))
  if (line === undefined) throw new Error(stderr.slice(-2000))
  return JSON.parse(line.slice('BENCH '.length))
}
