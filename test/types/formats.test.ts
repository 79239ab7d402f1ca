// Handlers of a service with custom formats are typed by what parse gives; clients keep texts.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { join, resolve } from 'node:path'
import ts from 'typescript'
import { generate } from '../../src/spec/index.ts'
import { makeProject, type ProjectFixture } from '../dev/project-fixture.ts'

const document = `openapi: 3.0.3
info: { title: Weeks, version: '1' }
x-klue-formats: [iso-week]
paths:
  /weeks/{week}:
    post:
      operationId: plan
      parameters: [{ in: path, name: week, required: true, schema: { $ref: '#/components/schemas/Week' } }]
      requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/Plan' } } } }
      responses: { 200: { description: '', content: { application/json: { schema: { $ref: '#/components/schemas/Plan' } } } } }
components:
  schemas:
    Week: { type: string, format: iso-week }
    Plan: { type: object, required: [weeks], properties: { weeks: { type: array, items: { $ref: '#/components/schemas/Week' } }, next: { $ref: '#/components/schemas/Plan' }, other: { type: string, format: odd }, name: { type: string } } }
`
const service = `import { defineFormats, defineService, type Handler, type Service } from 'klue/runtime'
import { type Operations, weeks as spec } from './gen/weeks.ts'

interface Week { year: number; week: number }
const formats = defineFormats({ 'iso-week': { parse: (text: string): Week => ({ year: Number(text.slice(0, 4)), week: 1 }), print: ({ year }: Week): string => String(year) } })

const plan: Handler<Operations['plan'], typeof formats> = ({ path, body }) => {
  const years: number = path.week.year + body.weeks[0]!.year + (body.next?.weeks[0]?.year ?? 0)
  const other: string = body.other ?? ''
  return { weeks: [path.week, { year: years, week: 1 }], other, name: body.name }
}

export const service: Service = defineService({ spec, handlers: { plan }, formats })
`
const client = `import { createClient } from 'klue/client'
import { weeksClient } from './gen/weeks.client.ts'

export async function ask(): Promise<string> {
  const answer = await createClient(weeksClient, { url: 'https://api.example.com' }).plan({ path: { week: '2024-W01' }, body: { weeks: ['2024-W02'] } })
  return answer.weeks[0]!.toUpperCase()
}
`

let project: ProjectFixture
before(async () => {
  project = await makeProject()
  await project.write('apis/weeks.yaml', document)
  await generate(project.root, { apis: ['weeks'] })
})
after(() => project.remove())

const config = ts.parseJsonConfigFileContent(ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path)).config, ts.sys, resolve('.'))

async function errorsOf(text: string): Promise<string> {
  await project.write('functions/weeks.ts', text)
  const program = ts.createProgram({ rootNames: [join(project.root, 'functions', 'weeks.ts')], options: { ...config.options, noEmit: true } })
  return ts.getPreEmitDiagnostics(program).filter((diagnostic) => diagnostic.file?.fileName.startsWith(project.root)).map((diagnostic) => ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')).join('\n')
}

test('handlers see values and give values, also below references and in lists', async () => {
  assert.equal(await errorsOf(service), '')
  assert.equal(await errorsOf(`${service.replace('{ plan }, formats', '{ plan: ({ path, body }) => ({ ...body, weeks: [path.week] }) }, formats')}void plan\n`), '')
})

test('a text where a value belongs does not compile, nor a value where the service has no formats', async () => {
  assert.match(await errorsOf(service.replace('[path.week, {', "['2024-W01', {")), /not assignable/)
  assert.match(await errorsOf(service.replace('path.week.year', 'path.week.length')), /'length' does not exist/)
  assert.match(await errorsOf(service.replace(", typeof formats> =", '> =')), /'year' does not exist/)
  assert.match(await errorsOf(service.replace('{ plan }, formats }', '{ plan } }')), /not assignable/)
})

test('clients give and get texts', async () => {
  assert.equal(await errorsOf(client), '')
})
