// The benchmark measures fairly: what it loads into processes, the order of its turns, equal lives, right answers.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'

interface Target { name: string; checksInput?: boolean; checksToken?: boolean; writesLine?: boolean; slowRequests?: boolean }
type Row = Record<'first100Us' | 'first3000Us' | 'after3000Us' | 'steadyUs', number | undefined>
interface Goal { goal: string; wanted: string; reached: string; verdict: string }

// Plain JavaScript without types, like all that runs in measured processes.
const load = async <Module>(file: string): Promise<Module> => (await import(pathToFileURL(join('bench', file)).href)) as Module
const { targets, requestsOf, wholeLife, shortLife } = await load<{ targets: Target[]; requestsOf: (target: Target, size: string) => number; wholeLife: number; shortLife: number }>('targets.mjs')
const { inTurns, probe, measuredBody } = await load<{ inTurns: <Variant>(variants: Record<string, Variant>, turns: number, options: { run: (variant: Variant) => unknown; turnsOf?: (variant: Variant) => number }) => Record<string, unknown[]>; probe: (file: string, options: { env: Record<string, string> }) => { hundreds: number[] }; measuredBody: string }>('turns.mjs')
const { rowOf } = await load<{ rowOf: (lives: number[][]) => Row }>('lives.mjs')
const { judge } = await load<{ judge: (report: unknown) => Goal[] }>('goals.mjs')
const { wrongAnswers } = await load<{ wrongAnswers: (target: Target, options: { file: string; env: Record<string, string> }) => string[] }>('target-answers.mjs')
const { pageOf, replaceIn } = await load<{ pageOf: (report: unknown, targets: unknown) => string; replaceIn: (page: string, sections: string) => string }>('print.mjs')

const folder = mkdtempSync(join(tmpdir(), 'klue-bench-'))
after(() => rmSync(folder, { recursive: true, force: true }))

function handlerOf(name: string, body: string): string {
  const file = join(folder, `${name}.mjs`)
  writeFileSync(file, `let count = 0\nexport async function handler(event) { count += 1; ${body} }\n`)
  return file
}
const good = `return { statusCode: 200, body: '${measuredBody}' }`

test('measured processes load nothing that has to be transpiled', () => {
  for (const file of ['build.mjs', 'same-answers.mjs', 'target-answers.mjs', 'targets.mjs', 'lives.mjs', 'events.mjs', 'documents.mjs', 'request-log.mjs', 'secret-read.mjs', 'beside-tables.mjs', 'table-calls.mjs', 'key-calls.mjs', 'turns.mjs']) {
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', `await import('./bench/${file}')`], { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } })
    assert.equal(status, 0, `${file}: ${stderr}`)
  }
})

test('all targets live as long, and what lives shorter does so by its size alone', () => {
  for (const target of targets) {
    assert.equal(requestsOf(target, '3'), wholeLife, target.name)
    for (const size of ['1000', 'gh']) assert.equal(requestsOf(target, size), target.slowRequests === true ? shortLife : wholeLife, `${target.name}, ${size}`)
  }
  assert.ok(shortLife >= 3600, 'the rows of the first 3,000 and of 3,001 to 3,600 are there for all')
})

test('every peer has a form that does the same work, and nothing of the peers is a dependency of klue', () => {
  for (const { name, ...work } of targets.filter((target) => target.name.endsWith('-work') || target.name === 'klue')) assert.deepEqual(work, { ...work, checksInput: true, checksToken: true, writesLine: true }, name)
  for (const name of ['fastify', 'express', 'powertools', 'hono']) assert.ok(targets.some((target) => target.name === `${name}-work`), name)
  for (const { name } of targets.filter((target) => target.name !== 'klue')) assert.ok(existsSync(join('bench/peers', `${name}.mjs`)), name)
  const manifest = readFileSync('package.json', 'utf8')
  for (const name of ['fastify', 'hono', 'express', 'pino-http', '@fastify/jwt', '@aws-lambda-powertools/logger', 'electrodb', 'dynamodb-toolbox']) assert.equal(manifest.includes(`"${name}"`), false, name)
})

test('turns begin with another variant each, and who takes part in fewer is spread over all', () => {
  const order: string[] = []
  const runs = inTurns({ one: 'one', other: 'other', third: 'third' }, 6, { run: (name) => order.push(name), turnsOf: (name) => (name === 'third' ? 2 : 6) })
  assert.deepEqual(Object.fromEntries(Object.entries(runs).map(([name, results]) => [name, results.length])), { one: 6, other: 6, third: 2 })
  assert.deepEqual(order, ['one', 'other', 'other', 'one', 'third', 'one', 'other', 'one', 'other', 'other', 'one', 'third', 'one', 'other'])
})

test('a row tells the means of the first requests and the medians of later ones, and leaves out what was not lived', () => {
  const life = [900, ...Array.from({ length: 29 }, () => 300), ...Array.from({ length: 180 }, () => 50), ...Array.from({ length: 29 }, () => 10), 1000]
  assert.equal(life.length * 100, wholeLife)
  assert.deepEqual(rowOf([life, life.map((value) => value * 2), life.map((value) => value * 3)]), { first100Us: 1800, first3000Us: 640, after3000Us: 100, steadyUs: 20 })
  assert.deepEqual(rowOf([life.slice(0, 36)]), { first100Us: 900, first3000Us: 320, after3000Us: 50, steadyUs: undefined })
})

test('a target that answers otherwise in the middle of its life is not measured', () => {
  const life = { BENCH_MODE: 'life', BENCH_REQUESTS: '300' }
  assert.equal(probe(handlerOf('good', good), { env: life }).hundreds.length, 3)
  assert.throws(() => probe(handlerOf('later', `if (count === 152) return { statusCode: 200, body: '{}' }; ${good}`), { env: life }), /request 150 is answered 200 \{\}/)
  assert.throws(() => probe(handlerOf('status', `if (count > 200) return { statusCode: 500, body: '${measuredBody}' }; ${good}`), { env: life }), /request 199 is answered 500/)
})

test('a target that does not do the work of its row is told', () => {
  const line = `process.stdout.write(event.rawPath + ' 200\\n');`
  assert.deepEqual(wrongAnswers({ name: 'bare' }, { file: handlerOf('bare', good), env: {} }), [])
  const all = wrongAnswers({ name: 'x', checksInput: true, checksToken: true, writesLine: true }, { file: handlerOf('nothing', good), env: {} })
  for (const sentence of ['a body without its title is answered 200, not 400', 'a limit of 0 is answered 200, not 400', 'a token of another key is answered 200, not 401', 'a token that has ended is answered 200, not 401', 'a token without a signature is answered 200, not 401', 'two requests write 0 lines']) assert.ok(all.includes(sentence), sentence)
  assert.equal(all.length, 14)
  assert.deepEqual(wrongAnswers({ name: 'x', writesLine: true }, { file: handlerOf('line', `${line} ${good}`), env: {} }), [])
  assert.deepEqual(wrongAnswers({ name: 'x' }, { file: handlerOf('more', `${line} ${good}`), env: {} }), ['it writes lines, and its row says nothing of them'])
  assert.deepEqual(wrongAnswers({ name: 'x' }, { file: handlerOf('body', "return { statusCode: 200, body: '{}' }"), env: {} }), ['the measured request is answered 200 {}', 'the measured request is answered 200 {}'])
})

test('goals are judged by the worst size, in the column that all have lived', () => {
  const row = (target: string, size: string, values: Partial<Row & { coldMs: number; rssMb: number }>): unknown => ({ target, size, coldMs: 10, rssMb: 40, first100Us: 100, first3000Us: 100, after3000Us: 100, steadyUs: 100, ...values })
  const rows = ['3', 'gh'].flatMap((size) => [row('klue', size, {}), row('bare', size, { steadyUs: 5 }), row('hono-work', size, { first100Us: size === '3' ? 250 : 190 }), row('fastify-work', size, { first100Us: 130, steadyUs: 160 }), row('openapi-backend-stack', size, { after3000Us: 25_000, steadyUs: size === '3' ? 1300 : undefined })])
  const verdicts = new Map(judge({ rows, bytes: {}, generation: {}, dev: {}, secretRead: {} }).map((goal) => [goal.goal, goal]))
  const of = (goal: string): [string, string] => [verdicts.get(goal)!.reached, verdicts.get(goal)!.verdict]
  assert.deepEqual(of('steady state, same work, against the openapi-backend stack, 3 operations'), ['13×', 'reached'])
  assert.deepEqual(of('requests 3,001 to 3,600, same work, against the openapi-backend stack, gh'), ['250×', 'reached'])
  assert.deepEqual(of('mean of the first 100 requests, same work, worst size, against fastify'), ['1.3×', 'reached'])
  assert.deepEqual(of('mean of the first 100 requests, same work, worst size, against Hono'), ['1.9×', 'missed'])
  assert.deepEqual(of('steady state, over a bare handler, 3 operations'), ['20×', 'missed'])
  assert.equal(verdicts.has('gh: generate from nothing'), false)
})

test('a run writes its tables into the page, and nothing else there changes', () => {
  const page = readFileSync('docs/reference/performance.md', 'utf8')
  const row = (target: string, values: object): object => ({ target, size: 'gh', share: 0.98, coldMs: 10, rssMb: 40, first100Us: 200, first3000Us: 100, after3000Us: 50, steadyUs: 40, ...values })
  const report = { date: '2026-11-30', node: 'v0', machine: 'a machine', pinned: true, quick: false, sameAnswers: { requests: 51, differences: [], thrown: [] }, missing: { 'hono, gh': 'it answers 500' }, rows: [row('klue', {}), row('openapi-backend', { coldMs: 1000, steadyUs: undefined })], requestLog: {}, secretRead: {}, generation: {}, bytes: {}, dev: {}, versions: { hono: '1' }, goals: [{ goal: 'a', wanted: '≥ 2×', reached: '1×', verdict: 'missed' }] }
  const sections = pageOf(report, targets.map((target) => ({ ...target, title: `the ${target.name}` })))
  assert.match(sections, /\| the openapi-backend \| 1,000 \(100×\) \| 40 \| 200 \(1×\) \| 100 \(1×\) \| 50 \(1×\) \| lives 3,600 \|/)
  assert.match(sections, /Left out: hono, gh: it answers 500/)
  const written = replaceIn(page, sections)
  assert.ok(written.includes(sections))
  const outside = (text: string): string => text.replace(/<!-- bench: what[\s\S]*bench: end -->/, '')
  assert.equal(outside(written), outside(page))
  assert.equal(replaceIn(written, sections), written)
  assert.throws(() => replaceIn('# Another page', sections), /no place for the tables/)
})
