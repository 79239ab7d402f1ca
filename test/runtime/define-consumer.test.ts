// What defineConsumer and onChange refuse, each with a sentence and its place, and what they make of what they take.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkConsumers } from '../../src/entries/index.ts'
import { isUsageError } from '../../src/errors/index.ts'
import { type Consumer, defineConsumer, onChange } from '../../src/runtime/index.ts'

const schema = { spec: { value: () => ({}) }, file: 'anything' }
const run = (): undefined => undefined
const define = defineConsumer as unknown as (...given: unknown[]) => Consumer
const change = onChange as unknown as (...given: unknown[]) => Consumer
const Note = { name: 'Note', table: 'notes', key: { partition: 'id' }, indexes: [], keyTypes: { id: 'S' }, properties: {}, stream: true }

function faultsOf(make: () => unknown): string[] {
  try {
    make()
  } catch (error) {
    if (isUsageError(error)) return error.faults.map(({ code, pointer, message, hint }) => `${code} ${pointer}: ${message}${hint === undefined ? '' : ` (${hint})`}`)
    throw error
  }
  return []
}

test('what it takes', () => {
  assert.deepEqual(define({ queue: 'orders' }, { schema }, run), { kind: 'klue.Consumer', name: 'orders', source: { queue: 'orders' }, options: { schema, attempts: 5, timeoutSeconds: 60, slowMs: 30_000, idempotency: { ttlSeconds: 86_400 } }, handler: run })
  assert.equal(define({ queue: 'arn:aws:sqs:eu-central-1:123456789012:orders.fifo' }, { schema, batch: { size: 10 } }, run).name, 'orders')
  assert.equal(define({ topic: 'arn:aws:sns:eu-central-1:123456789012:returns' }, { schema, filter: { body: { status: ['open', { prefix: 'o' }] } } }, run).name, 'returns')
  assert.equal(define({ bucket: 'uploads', prefix: 'in/', events: ['created', 'deleted'] }, {}, run).name, 'uploads')
  assert.equal(define({ event: { source: ['shop'], detail: { sum: [{ numeric: ['>', 0, '<=', 5] }], $or: [{ a: [1] }, { b: [{ exists: false }] }] } }, bus: 'arn:aws:events:eu-central-1:123456789012:event-bus/shop' }, { schema, name: 'shop' }, run).name, 'shop')
  const { name, source, options } = change(Note, { batch: { size: 100, windowSeconds: 5 }, idempotency: false }, run)
  assert.deepEqual([name, source, options.batch, options.idempotency], ['notes', { table: 'notes', definition: Note }, { size: 100, windowSeconds: 5 }, false])
})

const wrong: [what: string, make: () => unknown, faults: RegExp[]][] = [
  ['no source', () => define({}, { schema }, run), [/^consumer-invalid defineConsumer\({}\): the source must be one of/]],
  ['two sources', () => define({ queue: 'a', topic: 'b' }, { schema }, run), [/must be one of/]],
  ['a name that cannot be', () => define({ queue: 'no name' }, { schema }, run), [/queue must be an ARN, or a name of letters/]],
  ['an ARN of something else', () => define({ queue: 'arn:aws:sns:eu-central-1:123456789012:orders' }, { schema }, run), [/is no ARN of a queue \(it has the form arn:aws:sqs:/]],
  ['no schema and no handler', () => define({ queue: 'a' }, {}, undefined), [/a consumer needs a schema/, /the handler must be a function/]],
  ['a schema of a bucket', () => define({ bucket: 'a' }, { schema }, run), [/a bucket takes no schema/]],
  ['events without a name', () => define({ event: { source: ['a'] } }, { schema }, run), [/\.name: a consumer of events needs a name/]],
  ['an ARN that ends in no name', () => define({ queue: 'arn:aws:sqs:eu-central-1:123456789012:a_b' }, { schema }, run), [/gives no name/]],
  ['wrong options, all at once', () => define({ queue: 'a' }, { schema, attemps: 1, attempts: 0, timeoutSeconds: 901, concurrency: 1, idempotency: true, batch: { windowSeconds: 1 } }, run), [/no option attemps \(did you mean "attempts"\?\)/, /attempts must be/, /timeoutSeconds must be/, /concurrency must be a whole number from 2 to 1000, not 1/, /idempotency must be false, or/, /batch must be/]],
  ['a large batch without a window', () => define({ queue: 'a' }, { schema, batch: { size: 11 } }, run), [/a batch of 11 messages needs a window/]],
  ['a window of a FIFO queue', () => define({ queue: 'arn:aws:sqs:eu-central-1:123456789012:a.fifo' }, { schema, batch: { size: 5, windowSeconds: 1 } }, run), [/a FIFO queue/]],
  ['a filter of a bucket', () => define({ bucket: 'a' }, { filter: { body: { a: [1] } } }, run), [/a bucket takes no filter/]],
  ['wrong rules', () => define({ queue: 'a' }, { schema, filter: { body: { a: 1, b: [], c: [{ near: 1 }], d: [{ numeric: ['>', 5, '<', 1] }], e: [{ wildcard: 'a*' }] }, $or: [{}] } }, run), [/filter\/body\/a: must be a list/, /filter\/body\/b: has no rule, so/, /filter\/body\/c\/0: has no rule "near"/, /numeric must be comparisons/, /wildcard is known in patterns of EventBridge only/, /filter\/\$or: \$or must be a list of at least two/]],
  ['a table without a stream', () => change({ ...Note, stream: false }, run), [/^consumer-invalid onChange\(Note\): the table notes has no stream \(set stream: true/]],
  ['no table', () => change({}, run), [/is no persisted definition/]],
  ['an option that tables have not', () => change(Note, { concurrency: 5 }, run), [/a consumer of a table has no option concurrency/]],
]
for (const [what, make, patterns] of wrong) {
  test(`what it refuses: ${what}`, () => {
    const faults = faultsOf(make)
    assert.equal(faults.length, patterns.length, faults.join('\n'))
    for (const [index, pattern] of patterns.entries()) assert.match(faults[index]!, pattern)
  })
}

test('names are one consumer, and no task; tables are those of the project', () => {
  const service = (consumers: Consumer[], more: object = {}): never => ({ apis: [{ spec: { table: { persist: [] } } }], routes: {}, consumers, ...more }) as never
  const orders = define({ queue: 'orders' }, { schema }, run)
  assert.deepEqual(checkConsumers([{ entry: 'a.ts', service: service([orders]) }, { entry: 'b.ts', service: service([orders]) }]), [])
  const faults = checkConsumers([{ entry: 'a.ts', service: service([orders]) }, { entry: 'b.ts', service: service([define({ topic: 'orders' }, { schema }, run), change(Note, run)], { tasks: [{ name: 'notes' }] }) }])
  assert.deepEqual(faults.map(({ code, file, message }) => `${code} ${file}: ${message}`), [
    'consumer-double b.ts: two consumers have the name orders, the other one in a.ts',
    'consumer-double b.ts: a task has the name notes of a consumer',
    'consumer-invalid b.ts: the consumer notes hangs on the table notes, which no document of the project persists',
  ])
})
