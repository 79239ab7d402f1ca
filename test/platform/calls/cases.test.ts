// The embedded DynamoDB says to each case what is written down in answers.json, which the deploy suite holds another DynamoDB to.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openLocalDynamo } from '../../../src/platform/local/index.ts'
import { root } from '../../rules/imports.ts'
import { cases } from './cases.ts'
import { callerOf, makeTable } from './one-table.ts'
import { play } from './said.ts'

const answers = JSON.parse(readFileSync(new URL('answers.json', import.meta.url), 'utf8')) as Record<string, unknown[]>
const dynamo = await openLocalDynamo({ memory: true })
after(() => dynamo.close())

for (const [index, one] of cases.entries()) {
  test(one.name, async () => {
    const call = callerOf(dynamo)
    await makeTable(call, `case-${index}`)
    assert.deepEqual(await play(call, one, `case-${index}`), answers[one.name])
  })
}

test('there is one answer for each case, and each row of the page names one', () => {
  assert.deepEqual(Object.keys(answers), cases.map(({ name }) => name))
  const page = readFileSync(join(root, 'docs/reference/embedded-dynamodb.md'), 'utf8')
  for (const [, name, call] of page.matchAll(/^\| ([^|]+) \| (\d+) \| [^|]+ \| [^|]+ \|$/gm)) assert.ok(answers[name!]![Number(call) - 1] !== undefined, `${name} ${call}`)
})
