// Another DynamoDB is held to what the embedded one says: every difference stands on the page, and nothing else does.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { signedHeaders } from '../../src/platform/aws/sign.ts'
import { cases } from '../platform/calls/cases.ts'
import { type Caller, makeTable } from '../platform/calls/one-table.ts'
import { differences, play } from '../platform/calls/said.ts'
import { root } from '../rules/imports.ts'
import { region, startCloud } from './cloud.ts'

const cloud = await startCloud('dynamodb')
after(() => cloud.stop())

const call: Caller = async (operation, input) => {
  const [body, url] = [JSON.stringify(input), new URL(cloud.endpoint)]
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': operation.includes('.') ? operation : `DynamoDB_20120810.${operation}` }
  const signed = signedHeaders({ method: 'POST', url, headers, body }, { credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, region, service: 'dynamodb', now: Date.now() })
  const response = await fetch(url, { method: 'POST', headers: { ...headers, ...signed }, body })
  const said = (await response.json()) as Record<string, unknown>
  return { status: response.status, error: response.status === 200 ? undefined : String(said['__type']).replace(/^.*#/, ''), body: said }
}

test('MiniStack differs from the embedded DynamoDB where the page says so, and nowhere else', async () => {
  const answers = JSON.parse(readFileSync(join(root, 'test/platform/calls/answers.json'), 'utf8')) as Record<string, unknown[]>
  const found: string[] = []
  for (const [index, one] of cases.entries()) {
    await makeTable(call, `case-${index}`)
    found.push(...differences(one.name, answers[one.name]!, await play(call, one, `case-${index}`)))
  }
  const page = readFileSync(join(root, 'docs/reference/embedded-dynamodb.md'), 'utf8')
  const listed = page.split('\n').filter((line) => /^\| [^|]+ \| \d+ \| [^|]+ \| [^|]+ \|$/.test(line))
  assert.deepEqual(found, listed)
})
