// Consumers of a local project: messages sent by hand, also as AWS has them, and the changes of a table over a restart.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { commands } from '../../src/cli/commands.ts'
import { runCommandLine } from '../../src/cli/run.ts'
import { openLocalProject } from '../../src/dev/index.ts'
import { openLocalProject as open } from '../../src/dev/local-project.ts'
import { askRunning } from '../../src/dev/control.ts'
import { findRunning } from '../../src/dev/running.ts'
import { startProject } from '../../src/dev/start.ts'
import { isUsageError } from '../../src/errors/index.ts'
import { makeProject, notesApi, notesService, type ProjectFixture } from '../dev/project-fixture.ts'
import { until } from './harness.ts'

const shared = globalThis as unknown as { consumed?: unknown[]; breaks?: string | undefined }
const consumed = (shared.consumed ??= [])

const api = notesApi.replace('{ table: notes, key: id }', '{ table: notes, key: id, stream: true }').concat(`    Order:
      x-klue-schema: true
      type: object
      required: [id]
      properties: { id: { type: string }, count: { type: integer, default: 1 } }
`)
const service = notesService
  .replace("import { defineService, type Service }", "import { defineConsumer, defineService, onChange, type Service }")
  .replace('import { Note, notes }', 'import { Note, notes, Order }')
  .replace('export const service', `const orders = defineConsumer({ queue: 'orders' }, { schema: Order, filter: { body: { id: [{ 'anything-but': 'ignored' }] } } }, ({ body, attributes }) => {
  if (body.id === 'bad') throw new Error('cannot')
  globalThis.consumed.push({ order: body, attributes })
})
const uploads = defineConsumer({ bucket: 'uploads', suffix: '.png' }, {}, ({ body }) => void globalThis.consumed.push(body))
const changes = onChange(Note, { name: 'note-changes', attempts: 5, timeoutSeconds: 1 }, ({ body }) => {
  if (globalThis.breaks === body.key.id) throw new Error('broken')
  globalThis.consumed.push({ kind: body.kind, before: body.before?.text, after: body.after?.text, key: body.key })
})

export const service`)
  .replace('  spec: notes,', '  spec: notes,\n  consumers: [orders, uploads, changes],')

let project: ProjectFixture
before(async () => (project = await makeProject({ 'apis/notes.yaml': api, 'functions/notes.ts': service })))
after(() => project.remove())

const put = async (opened: Awaited<ReturnType<typeof open>>, id: string, text: string): Promise<void> => {
  const { status } = await opened.services[0]!.answer({ method: 'PUT', path: `/notes/${id}`, query: '', headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify({ text })), sourceIp: '' })
  assert.equal(status, 200)
}

test('messages that are sent by hand', async () => {
  const opened = await openLocalProject({ root: project.root, inMemory: true, log: () => undefined })
  try {
    assert.deepEqual(opened.consumers.list(), [{ name: 'orders', source: 'queue orders', schema: 'Order' }, { name: 'uploads', source: 'bucket uploads', schema: undefined }, { name: 'note-changes', source: 'table notes', schema: undefined }])
    const results = async (name: string, value: unknown): Promise<string[]> => (await opened.consumers.send(name, value)).map(({ result, error }) => `${result}${error === undefined ? '' : ` ${error}`}`)
    assert.deepEqual(await results('orders', [{ id: 'a' }, { id: 'bad' }, { id: 5 }, { id: 'ignored' }]), ['done', 'failed UNHANDLED_SERVER_ERROR', 'dead MESSAGE_INVALID', 'filtered'])
    assert.deepEqual(await results('orders', { Records: [{ messageId: 'm1', body: '{"id":"b","count":2}', messageAttributes: { kind: { stringValue: 'new', dataType: 'String' } } }] }), ['done'])
    assert.deepEqual(await results('uploads', { id: 'e1', source: 'aws.s3', 'detail-type': 'Object Created', detail: { bucket: { name: 'uploads' }, object: { key: 'a.png', size: 3 } } }), ['done'])
    assert.deepEqual(await results('uploads', { kind: 'created', bucket: 'uploads', key: 'a.txt' }), ['filtered'])
    assert.deepEqual(consumed.splice(0), [{ order: { id: 'a', count: 1 }, attributes: {} }, { order: { id: 'b', count: 2 }, attributes: { kind: 'new' } }, { kind: 'created', bucket: 'uploads', key: 'a.png', size: 3 }])
    await assert.rejects(opened.consumers.send('order', {}), (error) => isUsageError(error) && error.faults[0]!.hint === 'did you mean "orders"?')
    await assert.rejects(opened.consumers.send('uploads', { key: 1 }), /is no object of a bucket/)
  } finally {
    await opened.close()
  }
})

test('changes of a table come in order, again where they fail, and over a restart', async () => {
  const notes = (): unknown[] => consumed.filter((one) => 'key' in (one as object))
  const first = await openLocalProject({ root: project.root, log: () => undefined })
  try {
    await put(first, 'a', 'one')
    await put(first, 'a', 'two')
    await until('both changes', () => notes().length === 2)
    assert.deepEqual(consumed.splice(0), [{ kind: 'inserted', before: undefined, after: 'one', key: { id: 'a' } }, { kind: 'updated', before: 'one', after: 'two', key: { id: 'a' } }])
    shared.breaks = 'b'
    await put(first, 'b', 'one')
  } finally {
    await first.close()
  }
  shared.breaks = undefined
  const again = await openLocalProject({ root: project.root, log: () => undefined })
  try {
    await put(again, 'b', 'two')
    await until('what the first process left', () => notes().length === 2)
    assert.deepEqual(consumed.splice(0), [{ kind: 'inserted', before: undefined, after: 'one', key: { id: 'b' } }, { kind: 'updated', before: 'one', after: 'two', key: { id: 'b' } }])
  } finally {
    await again.close()
  }
})

let said: string[] = []

async function klue(...words: string[]): Promise<[code: number, ...lines: string[]]> {
  const printed: string[] = []
  said = []
  const output = { hasColor: false, print: (text: string) => void printed.push(text), printError: (text: string) => void said.push(text), printJson: (value: unknown) => void printed.push(JSON.stringify(value)) }
  return [await runCommandLine({ root: project.root, words, commands, output }), ...printed]
}

test('klue events lists and sends without a running server', async () => {
  await project.write('orders.json', '[{"id":"d"},{"id":7}]')
  assert.deepEqual(await klue('events', 'list'), [0, 'orders                queue orders  Order', 'uploads               bucket uploads', 'note-changes          table notes'])
  const [code, ...lines] = await klue('events', 'send', 'orders', join(project.root, 'orders.json'))
  assert.deepEqual([code, lines.map((line) => line.replace(/ [0-9a-f-]{36}/, ''))], [1, ['done     ', 'dead       MESSAGE_INVALID The message does not fit the schema of the consumer orders: /body/id must be string']])
  assert.deepEqual(consumed.splice(0), [{ order: { id: 'd', count: 1 }, attributes: {} }])
  assert.deepEqual(await klue('events', 'send', 'orders', join(project.root, 'nowhere.json')), [1])
  assert.match(said.join(), /nowhere.json cannot be read \(ENOENT\)/)
  assert.deepEqual(await klue('events', 'sent'), [1])
  assert.match(said.join(), /wants to be told what to do/)
})

test('a running server runs messages for whoever knows its key', async () => {
  const running = await startProject({ root: project.root, port: 0, log: () => undefined })
  try {
    const note = findRunning(project.root)!
    assert.deepEqual((await askRunning(note, { consumer: 'orders', value: { id: 'c' } })).results!.map(({ result }) => result), ['done'])
    assert.equal((await askRunning(note, {})).consumers!.length, 3)
    await project.write('order.json', '{"id":"ignored"}')
    const [code, line] = await klue('events', 'send', 'orders', join(project.root, 'order.json'))
    assert.match(`${code} ${line}`, /^0 filtered  [0-9a-f-]+  does not fit what the consumer takes$/)
    assert.deepEqual(consumed.splice(0), [{ order: { id: 'c', count: 1 }, attributes: {} }])
    await assert.rejects(askRunning({ ...note, key: 'x'.repeat(note.key!.length) }, {}), /answered with 404/)
    await assert.rejects(askRunning(note, { consumer: 'nobody' }), /there is no consumer "nobody"/)
  } finally {
    await running.stop()
  }
})
