// Every fault of x-persist: sentence and place of each.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkApis, readApis } from '../../src/openapi/index.ts'
import { openapi, project } from './project.ts'

const properties = 'id: { type: string }, shop: { type: string }, number: { type: integer }, tags: { type: array, items: { type: string } }, parts: { type: array, items: { type: object } }, isOpen: { type: boolean }, at: { type: string }, picture: { type: string, format: binary }, address: { type: object }'

/** What `klue check` says of a schema with this x-persist: pointer below it, message, hint. */
async function faultsOf(t: Parameters<typeof project>[0], persist: string): Promise<string[]> {
  const document = openapi('/a:\n  get: { operationId: a, responses: { 200: { description: ok } } }', `schemas:\n  Order:\n    type: object\n    x-persist: ${persist}\n    properties: { ${properties} }`)
  return checkApis(await readApis(project(t, { 'apis/api.yaml': document }))).map(({ pointer, message, hint, line }) => {
    assert.ok(line! >= 10, message)
    return `${pointer!.replace('/components/schemas/Order/x-persist', '')} ${message}${hint === undefined ? '' : ` (${hint})`}`
  })
}

const wrong: [persist: string, fault: RegExp][] = [
  ['orders', /^ x-persist of Order must be a mapping, not "orders" \(write x-persist as a mapping, for example \{ key: id \}\)$/],
  ['{}', /^ x-persist of Order has no key \(add key: /],
  ['{ key: id, uniqe: [at] }', /^\/uniqe x-persist of Order has no key uniqe \(did you mean "unique"\?\)$/],
  ['{ key: id, what: 1 }', /^\/what .* \(it takes table, key, indexes, /],
  ['{ key: id, table: a/b }', /^\/table table of Order must be a name of letters, digits, _, \. and -, not "a\/b"$/],
  ['{ key: [id, shop, number] }', /^\/key key of Order must be a property, or a list of one or two/],
  ['{ key: [id, id] }', /^\/key key of Order names id twice$/],
  ['{ key: isOpen }', /^\/key The property isOpen of Order cannot be a key: its type is boolean/],
  ['{ key: idd }', /^\/key Order has no property idd \(did you mean "id"\?\)$/],
  ['{ key: id, indexes: [by-shop] }', /^\/indexes indexes of Order must be a mapping of names to properties \(for example /],
  ['{ key: id, indexes: { by-tags: tags } }', /^\/indexes\/by-tags The property tags of Order cannot be a key/],
  ['{ key: id, ttl: at }', /^\/ttl The property at of Order must be an integer to be its ttl$/],
  ['{ key: id, version: [number] }', /^\/version version of Order must name a property, not \["number"\]$/],
  ['{ key: id, version: constructor }', /^\/version Order has no property constructor/],
  ['{ key: id, sets: tags }', /^\/sets sets of Order must be a list of properties, not "tags"$/],
  ['{ key: id, sets: [parts] }', /^\/sets The property parts of Order must be an array of strings or numbers to be kept as a set$/],
  ['{ key: id, created: isOpen }', /^\/created The property isOpen of Order must be a string \(ISO time\) or an integer/],
  ['{ key: id, updated_by: number }', /^\/updated_by The property number of Order must be a string to hold the id of a user$/],
  ['{ key: id, unique: at }', /^\/unique unique of Order must be a list of properties, or of lists of them, not "at" \(for example \[email, \[tenant, name\]\]\)$/],
  ['{ key: id, unique: [] }', /^\/unique unique of Order must be a list/],
  ['{ key: id, unique: [[at, 5]] }', /^\/unique unique of Order must be a list/],
  ['{ key: id, unique: [id] }', /^\/unique unique of Order names id, which is the key \(leave it out: no two items have the same key\)$/],
  ['{ key: [shop, number], unique: [[at, number, shop]] }', /^\/unique unique of Order names shop and number, which is the key \(leave it out/],
  ['{ key: [shop, number], unique: [shop] }', /^\/unique unique of Order names shop, which is part of the key \(list it with another property: \[shop, name\] is unique within each shop\)$/],
  ['{ key: id, unique: [picture] }', /^\/unique The property picture of Order must be a string or a number to be unique$/],
  ['{ key: id, unique: [[at, shopp]] }', /^\/unique Order has no property shopp \(did you mean "shop"\?\)$/],
  ['{ key: id, sharded: [visits] }', /^\/sharded sharded of Order must be a mapping of counters to numbers of places/],
  ['{ key: id, sharded: { visits: 1 } }', /^\/sharded\/visits The counter visits of Order must have 2 to 64 places, not 1$/],
  ['{ key: id, sharded: { visits: 2.5 } }', /^\/sharded\/visits .*not 2\.5$/],
  ['{ key: id, sharded: { number: 4 } }', /^\/sharded\/number The counter number of Order is called like a property, and is none/],
  ['{ key: id, sharded: { one: 40, other: 40 } }', /^\/sharded The counters of Order have 80 places together, and 64 is the most$/],
  ['{ key: id, ttl: number, sharded: { visits: 4 } }', /^\/sharded Order has counters beside its items, and ttl, which would leave them behind/],
  ['{ key: id, stream: new }', /^\/stream stream of Order must be true or false, not "new"$/],
]

for (const [persist, fault] of wrong) {
  test(`x-persist: ${persist}`, async (t) => {
    const faults = await faultsOf(t, persist)
    assert.equal(faults.length, 1, faults.join('\n'))
    assert.match(faults[0]!, fault)
  })
}

test('several faults are told at once, and a right one has none', async (t) => {
  assert.equal((await faultsOf(t, '{ key: isOpen, ttl: at, sets: [parts], unique: [id, address], stream: 1 }')).length, 5)
  assert.deepEqual(await faultsOf(t, '{ table: the-orders, key: [shop, number], indexes: { by-at: [at, number] }, version: number, sets: [tags], created: at, unique: [id, [shop, at]], sharded: { visits: 16 }, stream: true }'), [])
})
