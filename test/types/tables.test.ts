// Wrong keys, indexes, paths, values and conditions do not compile, and right ones do: one program, line by line.
import { after, before, test } from 'node:test'
import { generate } from '../../src/openapi/index.ts'
import { makeProject, notesApi, type ProjectFixture } from '../dev/project-fixture.ts'
import { holdLines } from './compile-lines.ts'

const shop = `    Order:
      type: object
      x-persist:
        key: [shop, number]
        indexes: { by-customer: [customer, due], by-status: status }
        version: revision
        sets: [tags]
        created: created_at
        updated_by: updated_by
      required: [shop, number, status, revision, created_at, updated_by, total, address]
      properties:
        shop: { type: string }
        number: { type: integer }
        status: { type: string, enum: [open, paid] }
        customer: { type: string }
        due: { type: integer }
        total: { type: number }
        revision: { type: integer }
        created_at: { type: string }
        updated_by: { type: string }
        tags: { type: array, items: { type: string } }
        picture: { type: string, format: binary }
        address: { type: object, required: [city], properties: { city: { type: string }, zip: { type: integer } } }
        lines: { type: array, items: { type: object, required: [price], properties: { price: { type: number } } } }
        parent: { $ref: '#/components/schemas/Order' }
`

const right = [
  "await orders.load({ shop: 'a', number: 1 })",
  "await notes.load('a')",
  "await notes.load({ id: 'a' })",
  "await orders.save({ shop: 'a', number: 1n as never, status: 'open', total: 1, address: { city: 'x' } })",
  "await orders.save({ shop: 'a', number: 1, status: 'open', total: 1, address: { city: 'x' }, revision: 3, picture: new Uint8Array() })",
  "await orders.update(key, { set: { status: 'paid', 'address.city': 'x' }, add: { total: 1, 'lines[0].price': 2n, tags: ['a'] }, remove: ['customer', 'lines[1]'], append: { lines: [{ price: 1 }] }, setIfAbsent: { due: 1 } })",
  "await orders.update(key, { remove: { tags: ['a'], customer: true } }, { if: { status: 'open', total: { below: 3, not: 2 }, any: [{ due: { exists: false } }, { not: { 'address.zip': 5 } }] } })",
  "const none: undefined = await orders.update(key, { add: { total: 1 } }, { returns: 'none' })",
  "const old: Order['total'] | undefined = (await orders.update(key, { add: { total: 1 } }, { returns: 'old' }))?.total",
  "const total: number = (await orders.update(key, { add: { total: 1 } })).total",
  "await orders.query({ index: 'by-customer', partition: 'ann', range: { from: 1 }, order: 'descending' })",
  "await orders.query({ index: 'by-status', partition: 'open' })",
  "await orders.query({ partitions: ['a', 'b'], filter: { tags: { contains: 'x', size: { above: 1 } } } })",
  "await orders.query({ partition: 'a', filter: (order) => order.total > 1 })",
  "const [first] = (await orders.query({ partition: 'a', select: ['status', 'total'] })).items; const sum: number | undefined = first?.total",
  "await orders.scan({ index: 'by-status', part: { segment: 0, of: 2 } })",
  "await orders.count({ index: 'by-status', partition: 'open' }) + (await orders.count())",
  "await orders.delete(key, { if: { status: 'open' }, currentOnConflict: true })",
  "const bytes: Uint8Array | undefined = (await orders.load(key)).picture",
]

const wrong: [line: string, message: RegExp][] = [
  ["await orders.load('a')", /string/],
  ["await orders.load({ shop: 'a' })", /number/],
  ["await orders.load({ shop: 'a', number: 'b' })", /number/],
  ["await orders.load({ shop: 'a', numer: 1 })", /numer/],
  ["await notes.load(5)", /number/],
  ["await orders.save({ shop: 'a', number: 1, status: 'open', total: 1 })", /address/],
  ["await orders.save({ shop: 'a', number: 1, status: 'gone', total: 1, address: { city: 'x' } })", /gone/],
  ["await orders.save({ shop: 'a', number: 1, status: 'open', total: 1, address: { city: 'x' }, picture: 'text' })", /Uint8Array/],
  ["await orders.update(key, { set: { statuss: 'paid' } })", /statuss/],
  ["await orders.update(key, { set: { status: 'gone' } })", /gone/],
  ["await orders.update(key, { set: { 'address.town': 'x' } })", /address\.town/],
  ["await orders.update(key, { set: { 'address.city': 5 } })", /number/],
  ["await orders.update(key, { set: { shop: 'b' } })", /shop/],
  ["await orders.update(key, { add: { 'address.city': 1 } })", /number/],
  ["await orders.update(key, { append: { lines: [{ cost: 1 }] } })", /cost/],
  ["await orders.update(key, { remove: ['lins'] })", /lins/],
  ["await orders.update(key, { add: { total: 1 } }, { if: { totl: 3 } })", /totl/],
  ["await orders.update(key, { add: { total: 1 } }, { if: { total: { belo: 3 } } })", /belo/],
  ["await orders.update(key, { add: { total: 1 } }, { if: { total: { below: 'x' } } })", /string/],
  ["await orders.update(key, { add: { total: 1 } }, { if: { any: [{ status: 'gone' }] } })", /gone/],
  ["const gone: Order = await orders.update(key, { add: { total: 1 } }, { returns: 'none' })", /undefined/],
  ["await orders.query({ index: 'by-custmer', partition: 'ann' })", /by-custmer/],
  ["await orders.query({ index: 'by-customer', partition: 5 })", /number/],
  ["await orders.query({ index: 'by-status', partition: 'gone' })", /gone/],
  ["await orders.query({ index: 'by-customer', partition: 'ann', range: { from: 'x' } })", /string/],
  ["await orders.query({ index: 'by-status', partition: 'open', range: { from: 1 } })", /from|range|undefined/],
  ["await orders.query({ partition: 'a', partitions: ['a'] })", /partition/],
  ["await orders.query({ partition: 'a', filter: { totl: 1 } })", /totl/],
  ["await orders.query({ partition: 'a', select: ['totl'] })", /totl/],
  ["(await orders.query({ partition: 'a', select: ['status'] })).items[0]!.total", /total/],
  ["await orders.scan({ index: 'by-nothing' })", /by-nothing/],
  ["await orders.count({ index: 'by-status', partition: 'gone' })", /gone/],
]

let project: ProjectFixture
before(async () => {
  project = await makeProject({ 'apis/notes.yaml': notesApi + shop })
  await generate(project.root)
})
after(() => project.remove())

const head = `// Calls of tables.
import type { Context } from 'klue/runtime'
import { Note, Order } from './gen/notes.ts'
export async function calls(context: Context): Promise<void> {
  const [orders, notes, key] = [context.table(Order), context.table(Note), { shop: 'a', number: 1 }]
`

test('right calls compile, and each wrong one is an error at its line', () => holdLines(project, { file: 'functions/calls.ts', head, tail: '  void [notes, key]\n}\n', right, wrong }))
