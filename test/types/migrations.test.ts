// Migrations are typed by the table that they change: a wrong part is an error where it stands, and does not decide what an item is.
import { after, before, test } from 'node:test'
import { generate } from '../../src/openapi/index.ts'
import { makeProject, notesApi, type ProjectFixture } from '../dev/project-fixture.ts'
import { holdLines } from './compile-lines.ts'

const orders = `    Order:
      type: object
      x-persist: { key: [shop, number], indexes: { by-status: [status, due] }, version: revision }
      required: [shop, number, status, revision]
      properties:
        shop: { type: string }
        number: { type: integer }
        status: { type: string, enum: [open, paid] }
        due: { type: integer }
        revision: { type: integer }
        address: { type: object, required: [city], properties: { city: { type: string } } }
`

const head = `// Migrations.
import { defineMigration } from 'klue/data'
import { Note, Order } from '../functions/gen/notes.ts'
type OldOrder = Omit<Order, 'status'> & { state?: string }
export async function calls(): Promise<void> {
  const key = { shop: 'a', number: 1 }
`
const [when, none] = ["when: 'before-live'", 'undefined']
const each = (body: string, item = 'order'): string => `void defineMigration({ table: Order, ${when}, each: (${item}) => ${body} })`
const free = (body: string): string => `void defineMigration({ ${when}, rate: 5, async run(context) { ${body} } })`

const right = [
  each("(order.status === 'open' ? { ...order, status: 'paid' } : undefined)"),
  each("(order['gone'] === undefined ? undefined : 'delete')"),
  each("({ ...order, due: order.due ?? 0, address: { city: 'x' } })"),
  each("({ ...order, status: state === 'o' ? 'open' : 'paid' })", '{ state, ...order }: OldOrder'),
  `void defineMigration({ table: Order, ${when}, each: async (order, { now, dryRun, signal, table }) => { signal.throwIfAborted(); const { items } = await table(Order).query({ index: 'by-status', partition: 'open', range: { to: now() } }); return dryRun || items.length === 0 ? ${none} : order } })`,
  free("await context.each(Order, (order) => ({ ...order, status: 'paid' })); await context.each(Note, ({ text }) => (text === '' ? 'delete' : undefined))"),
  free("await context.each(Order, ({ state, ...order }: OldOrder) => ({ ...order, status: state === 'o' ? 'open' : 'paid' }))"),
  free("const order = await context.table(Order).update(key, { set: { status: 'paid', 'address.city': 'x' } }); await context.table(Note).save({ id: order.shop, text: order.status })"),
]

const wrong: [line: string, message: RegExp][] = [
  [each("({ ...order, status: 'gone' })"), /gone|not assignable/],
  [each("({ ...order, due: 'soon' })"), /string|not assignable/],
  [each("({ ...order, address: { town: 'x' } })"), /town/],
  [each("({ shop: order.shop, number: 1 })"), /status|revision|missing/],
  [each("'remove'"), /remove|not assignable/],
  [each('order.statuss.length'), /statuss|unknown/],
  [each('order', '{ state, ...order }: OldOrder'), /status|missing|not assignable/],
  ["void defineMigration({ table: Order, when: 'before', each: () => undefined })", /before/],
  [`void defineMigration({ table: Order, ${when} })`, /each|run|not assignable/],
  ["void defineMigration({ table: Order, each: () => undefined })", /when|not assignable/],
  [`void defineMigration({ table: { name: 'Order' }, ${when}, each: () => undefined })`, /table|missing|not assignable/],
  [free("await context.each(Order, (order) => ({ ...order, status: 'gone' }))"), /gone|not assignable/],
  [free("await context.each(Note, (note) => ({ id: note.id }))"), /text|missing|not assignable/],
  [free("await context.table(Order).load('a')"), /string/],
  [free("await context.table(Order).query({ index: 'by-state', partition: 'open' })"), /by-state/],
  [free("await context.table(Order).query({ index: 'by-status', partition: 'gone' })"), /gone/],
  [free("await context.table(Order).update(key, { set: { 'address.town': 'x' } })"), /address\.town/],
  [free("await context.table(Order).update(key, { add: { revision: 'x' } })"), /string/],
  [free("await context.table(Note).save({ id: 'a' })"), /text/],
]

let project: ProjectFixture
before(async () => {
  project = await makeProject({ 'apis/notes.yaml': notesApi + orders })
  await generate(project.root)
})
after(() => project.remove())

test('right migrations compile, and each wrong part is an error at its line', () => holdLines(project, { file: 'migrations/001-calls.ts', head, tail: '  void [key]\n}\n', right, wrong }))
