// klue logs --call-id finds the requests of a call in the stores of all services, and says of which it could not.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { commands } from '../../src/cli/commands.ts'
import { findCall } from '../../src/cli/find-call.ts'
import { runCommandLine } from '../../src/cli/run.ts'
import { loadConfig } from '../../src/config/build.ts'
import { openStageStore } from '../../src/dev/index.ts'
import type { Database } from '../../src/persist/index.ts'
import { otherStores, putRequestRows, type RequestRow, startHorizon, startOf } from '../../src/store/index.ts'
import { findRequests } from '../../src/telemetry/index.ts'

let root = ''
const started = Date.now() - 2000

before(async () => {
  root = mkdtempSync(join(tmpdir(), 'klue-call-'))
  writeFileSync(join(root, 'klue-config.yaml'), 'name: orders\n')
  const { config } = loadConfig({ root })
  // As two services that klue dev serves over the same data.
  for (const [index, name] of ['orders', 'billing'].entries()) {
    const { database, close } = await openStageStore(root, { ...config, name })
    const row = (id: string, call: string, at: number): RequestRow => ({ started: at, requestId: id, operation: 'pay', status: 200, duration: 1, inBytes: 1, outBytes: 1, level: 'info', record: JSON.stringify({ kind: 'request', level: 'info', time: new Date(at).toISOString(), started: new Date(at).toISOString(), service: name, operation: 'pay', method: 'GET', path: `/${name}/${id}`, status: 200, call_id: call, request_id: id }), expires: Math.ceil(at / 1000) + 86_400 })
    await startHorizon(database, startOf('minute', started))
    // Ids of the two may be the same.
    await putRequestRows(database, [row('same', 'call-1', started + index), row('more', 'call-2', started + index), row('last', 'call-1', started + 10 - index)])
    await close()
  }
})
after(() => rmSync(root, { recursive: true, force: true }))

async function logs(...words: string[]): Promise<{ paths: string[]; err: string }> {
  const [out, err] = [[] as string[], [] as string[]]
  const code = await runCommandLine({ root, words: ['logs', '--json', ...words], commands, output: { hasColor: false, print: (text) => void out.push(text), printError: (text) => void err.push(text), printJson: () => undefined } })
  assert.equal(code, 0, err.join('\n'))
  return { paths: out.map((line) => (JSON.parse(line) as { path: string }).path), err: err.join('\n') }
}

test('a call is followed through both services, each request once and in its time', async () => {
  assert.deepEqual(await logs('--call-id', 'call-1'), { paths: ['/orders/same', '/billing/same', '/billing/last', '/orders/last'], err: '' })
  assert.deepEqual((await logs('--call-id', 'call-1', '--limit', '2')).paths, ['/billing/last', '/orders/last'])
  assert.deepEqual((await logs('--call-id', 'call-3')).paths, [])
  // What is asked for by anything else is that of the own service.
  assert.deepEqual((await logs('--operation', 'pay')).paths.filter((path) => !path.startsWith('/orders/')), [])
})

/** The local store, with some calls refused. */
async function withRefusals(refuses: (name: string, input: object) => boolean, use: (database: Database) => Promise<void>): Promise<void> {
  const { database, close } = await openStageStore(root, loadConfig({ root }).config)
  const refusing = (own: Database): Database => ({ ...own, run: async (name, input, options) => {
    if (refuses(name, input)) throw new Error('AccessDeniedException: not you')
    return await own.run(name, input, options)
  } })
  await use(refusing(database)).finally(close)
}

const find = (database: Database): ReturnType<typeof findRequests> => findRequests(database, { from: started - 60_000, to: started + 60_000 }, { filter: { callId: 'call-1' }, limit: 10 })

test('a service that cannot be read, and others that cannot be looked for, are told in a sentence', async () => {
  await withRefusals((_, input) => JSON.stringify(input).includes('billing-local-'), async (database) => {
    const told: string[] = []
    const { rows } = await findCall(database, { find, isEverywhere: true, tell: (sentence) => void told.push(sentence) })
    assert.deepEqual([rows.length, told], [2, ['requests of billing-local could not be read (AccessDeniedException: not you)']])
  })
  await withRefusals((name) => name === 'ListTables', async (database) => {
    const told: string[] = []
    const { rows } = await findCall(database, { find, isEverywhere: true, tell: (sentence) => void told.push(sentence) })
    assert.equal(rows.length, 2)
    assert.match(told.join(), /^other services could not be looked for, .* \(AccessDeniedException: not you\); dynamodb:ListTables is needed for it$/)
  })
})

test('so many stores are looked at at most, and no other tables', async () => {
  let pages = 0
  const names = ['a-live-klue', 'a-live-orders', 'klue', ...Array.from({ length: 30 }, (_, index) => `s${index}-live-klue`)]
  const account = (last: string | undefined): Database => ({ prefix: 'a-live-', endpoint: undefined, now: Date.now, close: () => undefined, run: async () => {
    pages += 1
    return { TableNames: pages === 1 ? names : [], LastEvaluatedTableName: last } as never
  } })
  const { stores, isComplete } = await otherStores(account(undefined))
  assert.deepEqual([stores.length, stores[0]!.prefix, isComplete, pages], [20, 's0-live-', false, 1])
  pages = 0
  assert.equal((await otherStores(account('endless'))).isComplete, false)
  assert.equal(pages, 50)
})
