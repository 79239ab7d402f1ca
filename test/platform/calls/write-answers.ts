// Writes answers.json anew, for a person to look through: node --conditions=klue-source --import tsx test/platform/calls/write-answers.ts
import { writeFileSync } from 'node:fs'
import { openLocalDynamo } from '../../../src/platform/local/index.ts'
import { cases } from './cases.ts'
import { callerOf, makeTable } from './one-table.ts'
import { play } from './said.ts'

const dynamo = await openLocalDynamo({ memory: true })
const call = callerOf(dynamo)
const lines: string[] = []
for (const [index, one] of cases.entries()) {
  await makeTable(call, `case-${index}`)
  const said = await play(call, one, `case-${index}`)
  lines.push(`  ${JSON.stringify(one.name)}: [\n${said.map((outcome) => `    ${JSON.stringify(outcome)}`).join(',\n')}\n  ]`)
}
await dynamo.close()
writeFileSync(new URL('answers.json', import.meta.url), `{\n${lines.join(',\n')}\n}\n`)
