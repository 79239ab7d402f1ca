// Handlers that take another message than their consumer gets do not compile, and right ones do: one program, line by line.
import { after, before, test } from 'node:test'
import { generate } from '../../src/openapi/index.ts'
import { makeProject, notesApi, type ProjectFixture } from '../dev/project-fixture.ts'
import { holdLines } from './compile-lines.ts'

const schemas = `    Order:
      x-klue-schema: true
      type: object
      required: [id]
      properties: { id: { type: string }, count: { type: integer, default: 1 } }
`

const right = [
  "defineConsumer({ queue: 'a' }, { schema: Order }, ({ body }, context) => { const count: number = body.count; const id: string = context.message.id; void [count, id] })",
  "defineConsumer({ topic: 'a' }, { schema: Order, attempts: 3 }, async (message, context) => void (await context.once('step', () => message.sentAt.getTime())))",
  "defineConsumer({ queue: 'a' }, { schema: Order, batch: { size: 5 } }, (messages, context) => { void context.onceFor(messages[0]!, 'step', () => 1); return { failed: messages.map(({ id }) => id) } })",
  "defineConsumer({ bucket: 'a', events: ['created', 'deleted'] }, {}, ({ body }) => void body.key.length)",
  "defineConsumer({ event: { source: ['a'], detail: { sum: [{ numeric: ['>', 1] }] } } }, { schema: Order, name: 'a' }, ({ body }) => void body.id.length)",
  'onChange(Note, ({ body }) => { if (body.kind === "updated") { const text: string = body.before.text; void text } const id: string = body.key.id; void id })',
  'onChange(Note, { batch: { size: 10 } }, (messages) => ({ failed: messages.map(({ id }) => id) }))',
]

const wrong: [line: string, message: RegExp][] = [
  ["defineConsumer({ queue: 'a' }, { schema: Order }, ({ body }) => void body.nothing)", /'nothing' does not exist/],
  ["defineConsumer({ queue: 'a' }, { schema: Order }, (messages) => void messages.map(String))", /'map' does not exist/],
  ["defineConsumer({ queue: 'a' }, { schema: Order, batch: { size: 5 } }, (messages) => void messages.body)", /'body' does not exist/],
  ["defineConsumer({ queue: 'a' }, { schema: Order, batch: { size: 5 } }, () => ({ failed: [1] }))", /not assignable/],
  ["defineConsumer({ queue: 'a' }, { schema: Order, batch: { size: 5 } }, (_, context) => void context.message)", /'message' does not exist/],
  ["defineConsumer({ line: 'a' }, { schema: Order }, () => undefined)", /'line' does not exist/],
  ["defineConsumer({ bucket: 'a', events: ['changed'] }, {}, () => undefined)", /not assignable/],
  ["defineConsumer({ queue: 'a' }, { schema: Order, atempts: 1 }, () => undefined)", /'atempts' does not exist|did you mean/],
  ["defineConsumer({ queue: 'a' }, { schema: Order, filter: { body: { a: [{ near: 1 }] } } }, () => undefined)", /not assignable|does not exist/],
  ['onChange(Note, ({ body }) => void body.before.text)', /possibly 'undefined'/],
  ['onChange(Note, ({ body }) => void body.key.number)', /'number' does not exist/],
  ['onChange(Note, { concurrency: 2 }, () => undefined)', /'concurrency' does not exist/],
]

let project: ProjectFixture
before(async () => {
  project = await makeProject({ 'apis/notes.yaml': notesApi.replace('key: id }', 'key: id, stream: true }') + schemas })
  await generate(project.root)
})
after(() => project.remove())

test('consumers', () => holdLines(project, {
  file: 'functions/lines.ts',
  head: "import { defineConsumer, onChange } from 'klue/runtime'\nimport { Note, Order } from './gen/notes.ts'\nexport function lines(): void {\n",
  tail: '}\n',
  right,
  wrong,
}))
