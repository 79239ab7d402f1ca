// Does what docs/guide/persistence.md says: its document and its service on the local server, each answer that it names, and what its calls return.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type LocalProject, openLocalProject } from '../../src/dev/index.ts'
import { codeBlocks, readPage, section } from '../rules/pages.ts'
import { makeProject, type ProjectFixture } from './project-fixture.ts'

const page = 'docs/guide/persistence.md'
const files = Object.fromEntries([...codeBlocks(page, 'yaml'), ...codeBlocks(page, 'typescript')].map(({ code }) => [/^(?:#|\/\/) (\S+)\n/.exec(code)![1]!, code]))
const calls = Object.keys(files).flatMap((file) => /^functions\/calls\/(\w+)\.ts$/.exec(file)?.[1] ?? [])
// The calls of the page behind routes, and the orders that its requests are about.
const tryService = `${calls.map((name) => `import { ${name} } from './calls/${name}.ts'`).join('\n')}
import { toLambda } from 'klue/lambda'
import type { Service } from 'klue/runtime'
import { Order, Photo } from './gen/shop.ts'
import { service as shopService } from './shop.ts'
export const service: Service = { ...shopService, routes: {
${calls.map((name) => `  'POST /try/${name}': (_, context) => ${name}(context),`).join('\n')}
  'POST /try/order': ({ raw }, context) => context.table(Order).save(JSON.parse(String(raw.body))),
  'POST /try/large': (_, context) => context.table(Photo).save({ customer: 'zoe', bytes: new Uint8Array(500_000) }),
} }
export const handler: ReturnType<typeof toLambda> = toLambda(service)
`

let fixture: ProjectFixture
let project: LocalProject
before(async () => {
  fixture = await makeProject({ 'klue-config.yaml': 'name: shop\n', ...files })
  for (const file of ['apis/notes.yaml', 'functions/notes.ts']) await fixture.delete(file)
  await fixture.write('functions/shop.ts', files['functions/shop.ts']!.replace(/^.*toLambda.*\n/gm, ''))
  await fixture.write('functions/entry.ts', tryService)
  project = await openLocalProject({ root: fixture.root, inMemory: true, log: () => undefined })
})
after(async () => {
  await project.close()
  await fixture.remove()
})

async function send(method: string, path: string, { body, key = 'ann' }: { body?: object; key?: string } = {}): Promise<{ status: number; body: Record<string, unknown> }> {
  const [pathname, query = ''] = path.split('?')
  const answer = await project.services[0]!.answer({ method, path: pathname!, query, headers: { 'x-key': key, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }, sourceIp: '', ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }) })
  return { status: answer.status, body: JSON.parse(String(answer.body)) as Record<string, unknown> }
}

test('requests get the answers of its table', async () => {
  const rows = section(readPage(page), '## In a handler').split('\n').filter((line) => line.startsWith('| ')).slice(1).map((line) => line.split(' | ')[1]!.replace(/ \|$/, ''))
  const order = { customer: 'ann', number: 1, status: 'open', total: 12.5 }
  for (const number of [1, 2, 3]) await send('POST', '/try/order', { body: { ...order, number } })
  for (const number of Array.from({ length: 22 }, (_, index) => index + 10)) await send('POST', '/try/order', { body: { ...order, number } })
  const { cursor } = (await send('GET', '/orders?status=open')).body
  const register = (id: string, email: string) => send('POST', '/customers', { body: { id, email } })
  const pay = (number: number) => send('POST', `/customers/ann/orders/${number}/payment`)
  const answers = [await register('ann', 'a@example.com'), await register('ann', 'a@example.com'), await register('abe', 'a@example.com'), await pay(1), await pay(1), await pay(99), await send('GET', `/orders?status=paid&cursor=${String(cursor)}`)]
  assert.equal(answers.length, rows.length)
  for (const [index, { status, body }] of answers.entries()) assert.ok(rows[index]!.startsWith(status < 300 ? `${status}, with ` : `${status} \`${String(body['error'])}\``), `${rows[index]} is not ${status} ${JSON.stringify(body)}`)
  assert.match(String(answers[0]!.body['created_at']), /^\d{4}-/)
  assert.equal(answers[0]!.body['updated_by'], 'ann')
  assert.equal(answers[2]!.body['property'], 'email')
  assert.equal(answers[3]!.body['revision'], 2)
  const { status, error, current } = answers[4]!.body as { status: number; error: string; current: Record<string, unknown> }
  const shown = JSON.parse(codeBlocks(page, 'json')[0]!.code) as object
  assert.deepEqual({ status, error, current: { ...current, placed_at: 'TIME' } }, shown)
})

test('pages of the listing follow each other, the newest first', async () => {
  const seen: number[] = []
  for (let cursor: unknown, isMore = true; isMore; isMore = cursor !== undefined) {
    const { body } = await send('GET', `/orders?status=open${cursor === undefined ? '' : `&cursor=${String(cursor)}`}`)
    seen.push(...(body['orders'] as { number: number }[]).map(({ number }) => number))
    cursor = body['cursor']
  }
  assert.deepEqual(seen.toSorted((one, other) => one - other), [2, 3, ...Array.from({ length: 22 }, (_, index) => index + 10)])
})

for (const [index, name] of calls.entries()) {
  test(`its calls of ${name} return what it shows`, async () => {
    const { status, body } = await send('POST', `/try/${name}`)
    assert.equal(status, 200, JSON.stringify(body))
    assert.deepEqual(body, JSON.parse(codeBlocks(page, 'json')[index + 1]!.code))
  })
}

test('an item that is too large is 413', async () => {
  const { status, body } = await send('POST', '/try/large')
  assert.deepEqual([status, body['error']], [413, 'ITEM_TOO_LARGE'])
})

test('its files compile as they stand, and a wrong index does not', async () => {
  await fixture.write('functions/shop.ts', files['functions/shop.ts']!)
  await fixture.write('functions/wrong.ts', files['functions/calls/counting.ts']!.replace('../gen', './gen').replace("index: 'by-status'", "index: 'by-state'"))
  await fixture.write('tsconfig.json', JSON.stringify({ extends: '../../../tsconfig.json', compilerOptions: { noEmit: true, declaration: false, isolatedDeclarations: false, incremental: false, rootDir: process.cwd() }, include: ['functions'] }))
  const { stdout } = spawnSync(process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc'), '-p', fixture.root], { encoding: 'utf8' })
  assert.deepEqual(stdout.split('\n').filter((line) => /error TS/.test(line)).map((line) => line.replace(/^.*functions\//, '').replace(/\(.*/, '')), ['wrong.ts'], stdout)
})
