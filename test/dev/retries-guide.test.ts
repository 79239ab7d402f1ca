// Does what docs/guide/retries.md says: its document and its service on the local server, and each answer that it names.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startProject } from '../../src/dev/edge.ts'
import { codeBlocks, readPage, section } from '../rules/pages.ts'
import { makeProject } from './project-fixture.ts'

const page = 'docs/guide/retries.md'

function block(language: string, file: string): string {
  const found = codeBlocks(page, language).find(({ code }) => code.split('\n', 1)[0]!.endsWith(` ${file}`))
  assert.ok(found !== undefined, `${page} shows ${file}`)
  return found.code
}

test('the service of the guide answers as its table says', async () => {
  const { root, delete: take, remove } = await makeProject({ 'apis/payments.yaml': block('yaml', 'apis/payments.yaml'), 'functions/payments.ts': block('typescript', 'functions/payments.ts'), 'klue-config.yaml': 'name: payments\n' })
  after(remove)
  for (const file of ['apis/notes.yaml', 'functions/notes.ts']) await take(file)
  const running = await startProject({ root, inMemory: true, port: 0, watch: false, log: () => undefined })
  after(() => running.stop())
  const { url } = running.addresses[0]!
  const pay = async (key: string | undefined, amount: number, caller = 'ann'): Promise<{ status: number; replayed: string | null; retryAfter: string | null; body: Record<string, unknown> }> => {
    const response = await fetch(`${url}/payments`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-key': caller, ...(key === undefined ? {} : { 'idempotency-key': key }) }, body: JSON.stringify({ amount }) })
    return { status: response.status, replayed: response.headers.get('idempotent-replayed'), retryAfter: response.headers.get('retry-after'), body: (await response.json()) as Record<string, unknown> }
  }
  const answers = section(readPage(page), '## What callers see').split('\n').filter((line) => line.startsWith('| ')).slice(1).map((line) => line.split(' | ')[1]!)
  const told = (row: number, { status, body }: { status: number; body: Record<string, unknown> }): void => assert.ok(answers[row]!.startsWith(`${status} \`${String(body['error'])}\``), `${answers[row]} is not ${status} ${String(body['error'])}`)

  told(0, await pay(undefined, 1))
  const first = await pay('one', 1)
  assert.deepEqual([first.status, first.replayed, first.body['attempt']], [201, null, 1])
  const again = await pay('one', 1)
  assert.deepEqual([again.status, again.replayed, again.body], [201, 'true', first.body])
  told(4, await pay('one', 2))
  assert.notEqual((await pay('one', 1, 'bob')).body['payment'], first.body['payment'])
  // Of several at the same time one runs; the others hear that it does, or its answer.
  const together = await Promise.all(Array.from({ length: 5 }, () => pay('two', 1)))
  for (const one of together.filter(({ status }) => status !== 201)) {
    told(3, one)
    assert.equal(one.retryAfter, '1')
  }
  assert.equal(new Set(together.filter(({ status }) => status === 201).map(({ body }) => body['payment'])).size, 1)
  // The charge was recorded; what failed after it is tried again.
  assert.equal((await pay('three', 13)).status, 500)
  const second = await pay('three', 13)
  assert.deepEqual([second.status, second.body['attempt'], String(second.body['payment']).startsWith('13 by ')], [201, 2, true])
})
