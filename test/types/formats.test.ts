// Handlers of a service with custom formats are typed by what parse gives; clients keep texts.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { join, resolve } from 'node:path'
import ts from 'typescript'
import { generate } from '../../src/openapi/index.ts'
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
  /text:
    put:
      operationId: move
      requestBody: { required: true, content: { text/plain: { schema: { $ref: '#/components/schemas/Week' } } } }
      responses: { 200: { description: '', headers: { X-Week: { schema: { $ref: '#/components/schemas/Week' } }, X-Weeks: { schema: { type: array, items: { $ref: '#/components/schemas/Week' } } }, X-Count: { schema: { type: integer } } }, content: { text/plain: { schema: { type: string, format: iso-week } } } }, 404: { description: '' } }
  /form:
    post:
      operationId: form
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema: { type: object, required: [file, note], properties: { file: { type: string, format: binary }, files: { type: array, items: { type: string, format: binary } }, note: { type: string }, tags: { type: array, items: { type: integer } }, plain: { type: string } } }
            encoding:
              file: { headers: { X-Limit: { required: true, schema: { type: integer } }, X-Week: { schema: { $ref: '#/components/schemas/Week' } } } }
              files: { headers: { X-Place: { schema: { type: string } } } }
              note: { headers: { X-Lang: { schema: { type: string, default: en } } } }
              tags: { headers: { X-Weight: { required: true, schema: { type: number } } } }
      responses: { 204: { description: '' } }
components:
  schemas:
    Week: { type: string, format: iso-week }
    Plan: { type: object, required: [weeks], properties: { weeks: { type: array, items: { $ref: '#/components/schemas/Week' } }, next: { $ref: '#/components/schemas/Plan' }, other: { type: string, format: odd }, name: { type: string } } }
`
const service = `import { defineFormats, defineService, type Handler, reply, type Service } from 'klue/runtime'
import { type Operations, weeks as spec } from './gen/weeks.ts'

interface Week { year: number; week: number }
const formats = defineFormats({ 'iso-week': { parse: (text: string): Week => ({ year: Number(text.slice(0, 4)), week: 1 }), print: ({ year }: Week): string => String(year) } })

const plan: Handler<Operations['plan'], typeof formats> = ({ path, body }) => {
  const years: number = path.week.year + body.weeks[0]!.year + (body.next?.weeks[0]?.year ?? 0)
  const other: string = body.other ?? ''
  return { weeks: [path.week, { year: years, week: 1 }], other, name: body.name }
}

const move: Handler<Operations['move'], typeof formats> = ({ body }) => {
  if (body.week === 0) return reply(404)
  if (body.week === 1) return body
  if (body.week === 2) return reply(200, body)
  return reply(200, body, { headers: { 'x-week': body, 'x-weeks': [body], 'x-count': '5', location: '/' } })
}

const form: Handler<Operations['form'], typeof formats> = ({ body }) => {
  const limit: number = body.file.headers['x-limit'] + (body.file.headers['x-week']?.week ?? 0) + body.file.data.length
  const place: string = body.files?.map(({ headers, filename }) => headers['x-place'] ?? filename).join() ?? ''
  const lang: string = body.note.headers['x-lang'] + body.note.value
  const weight: number = body.tags?.map(({ value, headers }) => value * headers['x-weight'])[0] ?? 0
  const plain: string = body.plain ?? ''
  return void [limit, place, lang, weight, plain]
}

export const service: Service = defineService({ spec, handlers: { plan, move, form }, formats })
`
const client = `import { createClient } from 'klue/client'
import { weeksClient } from './gen/weeks.client.ts'

export async function ask(): Promise<string> {
  const answer = await createClient(weeksClient, { url: 'https://api.example.com' }).plan({ path: { week: '2024-W01' }, body: { weeks: ['2024-W02'] } })
  const text = await createClient(weeksClient, {}).move({ body: '2024-W01' })
  const file = { filename: 'f', contentType: 'a/b', data: new Uint8Array() }
  await createClient(weeksClient, {}).form({ body: { file: { ...file, headers: { 'x-limit': 5, 'x-week': '2024-W01' } }, files: [file], note: { value: 'n' }, tags: [{ value: 1, headers: { 'x-weight': 1.5 } }] } })
  return answer.weeks[0]!.toUpperCase() + text.toUpperCase()
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
  assert.equal(await errorsOf(`${service.replace('{ plan, move', '{ plan: ({ path, body }) => ({ ...body, weeks: [path.week] }), move')}void plan\n`), '')
})

test('a text where a value belongs does not compile, nor a value where the service has no formats', async () => {
  assert.match(await errorsOf(service.replace('[path.week, {', "['2024-W01', {")), /not assignable/)
  assert.match(await errorsOf(service.replace('path.week.year', 'path.week.length')), /'length' does not exist/)
  assert.match(await errorsOf(service.replace(", typeof formats> =", '> =')), /'year' does not exist/)
  assert.match(await errorsOf(service.replace('form }, formats }', 'form } }')), /not assignable/)
})

test('headers and texts of answers are values of their formats, and nothing else', async () => {
  assert.match(await errorsOf(service.replace("'x-week': body,", "'x-week': '2024-W01',")), /not assignable/)
  assert.match(await errorsOf(service.replace("'x-count': '5'", "'x-count': 5")), /not assignable/)
  assert.match(await errorsOf(service.replace('return reply(200, body)\n', "return reply(200, '2024-W01')\n")), /not assignable/)
  assert.match(await errorsOf(service.replace('if (body.week === 1)', 'if (body.length === 1)')), /'length' does not exist/)
})

test('headers of parts are typed as they are declared', async () => {
  assert.match(await errorsOf(service.replace("headers['x-place'] ?? filename", "headers['x-place'].length + filename")), /possibly 'undefined'/)
  assert.match(await errorsOf(service.replace("+ body.note.value", '+ body.note.length')), /'length' does not exist/)
  assert.match(await errorsOf(client.replace("'x-limit': 5, ", '')), /x-limit.*is missing/)
  assert.match(await errorsOf(client.replace("tags: [{ value: 1, headers: { 'x-weight': 1.5 } }]", 'tags: [{ value: 1 }]')), /not assignable|missing/)
})

test('clients give and get texts', async () => {
  assert.equal(await errorsOf(client), '')
})
