// Requests that run side by side leave nothing of each other in answers, log lines or memory.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { setImmediate as turn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { defineError, reply } from '../../src/runtime/index.ts'
import { toLine } from '../../src/runtime/edge.ts'
import { apiDocument, jsonBody, openApi, operation, parameter } from './service-fixture.ts'

const refused = defineError('REFUSED', 409, 'Refused')
const document = apiDocument({
  '/things/{id}': { post: operation('thing', { parameters: [parameter('path id', { type: 'string' }), parameter('query q', { type: 'string' }), parameter('query how', { type: 'string' }), parameter('query turns', { type: 'integer' }), parameter('header x-mark', { type: 'string' }), parameter('cookie c', { type: 'string' })], requestBody: jsonBody({ type: 'object', properties: { text: { type: 'string' }, n: { type: 'integer' } } }) }) },
})
const { answer, log } = await openApi(document, {
  handlers: {
    thing: async ({ path, query, headers, cookies, body }, context) => {
      for (let left = Number(query['turns']); left > 0; left -= 1) await turn()
      context.log.info('seen', { id: path['id'] })
      if (query['how'] === 'refuse') throw refused(`no ${String(path['id'])}`, { cause: new Error(String(query['q'])) }).tellUser(String(query['q']))
      if (query['how'] === 'crash') throw new Error(`broken ${String(path['id'])}`)
      if (query['how'] === 'wrong') return { text: 5n } as never
      return reply(200, { path, query, headers, cookies, body }, { headers: { 'x-mark': String(headers['x-mark']) }, cookies: [`c=${String(cookies['c'])}`] })
    },
  },
}, { config: { response_check: 'fail' } })

interface Call {
  how: string
  turns: number
  isInvalid: boolean
  path: string
}

const call: fc.Arbitrary<Call> = fc.record({ how: fc.constantFrom('answer', 'refuse', 'crash', 'wrong'), turns: fc.nat(6), isInvalid: fc.boolean(), path: fc.constantFrom('things', 'things', 'nowhere') })
const markers = /mark-\d+-end/g

test('no answer and no log line holds a marker of another request', async () => {
  let count = 0
  await fc.assert(fc.asyncProperty(fc.array(call, { minLength: 2, maxLength: 20 }), async (calls) => {
    log.length = 0
    const ids = new Map<string, string>()
    await Promise.all(calls.map(async ({ how, turns, isInvalid, path }) => {
      const mark = `mark-${(count += 1)}-end`
      ids.set(mark, mark)
      const response = await answer({ method: 'POST', path: `/${path}/${mark}`, query: `q=${mark}&how=${how}&turns=${turns}`, headers: { 'content-type': 'application/json', 'x-mark': mark, cookie: `c=${mark}`, kluecallid: mark }, body: Buffer.from(JSON.stringify({ text: mark, n: isInvalid ? mark : 1 })), sourceIp: '' })
      const text = JSON.stringify([response.headers, response.cookies, Buffer.from(response.body).toString()])
      assert.deepEqual([...new Set(text.match(markers) ?? [])].filter((found) => found !== mark), [], text)
    }))
    for (const record of log) {
      const line = toLine(record)
      assert.ok(new Set(line.match(markers) ?? []).size <= 1, line)
    }
    assert.equal(log.filter(({ kind }) => kind === 'request').length, calls.length)
  }), { numRuns: 300 })
})

test('thousands of different requests leave no memory behind', async () => {
  const child = spawn(process.execPath, ['--expose-gc', '--conditions=klue-source', '--import', 'tsx', fileURLToPath(new URL('growth.ts', import.meta.url))], { stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  assert.equal(code, 0, printed)
  const { retained, requests } = JSON.parse(printed) as { retained: number; requests: number }
  // A text of every sixth request, kept anywhere, would be twice this.
  assert.ok(retained < requests * 40, `${retained} bytes are left of ${requests} requests`)
})
