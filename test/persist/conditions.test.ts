// The vocabulary of conditions: each operator against items that meet it and items that do not, and the sentences for what is none.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTable, type Table } from '../../src/persist/index.ts'
import { type Order, orders, useTables } from './tables-fixture.ts'

const tables = useTables([orders], async () => {
  await table().save({ shop: 'c', number: 1, status: 'open', total: 1, tags: ['a', 'b'], address: { 'city': 'Bern', 'house.no': 4 }, lines: [{ name: 'x', price: 2 }] })
  await table().save({ shop: 'c', number: 2, status: 'opening', total: 2, tags: ['b'], digits: 'déjà' })
  await table().save({ shop: 'c', number: 3, total: 3.5, marks: [1, 2, 3] })
})
const table = (): Table<Order> => openTable<Order>(tables.database(), orders as never)

const cases: [name: string, filter: Parameters<Table<Order>['scan']>[0] extends { filter?: infer Filter } | undefined ? Exclude<Filter, (...args: never[]) => unknown> : never, numbers: number[]][] = [
  ['a value', { status: 'open' }, [1]],
  ['several properties together', { status: 'open', total: 2 }, []],
  ['is', { address: { is: { 'city': 'Bern', 'house.no': 4 } } }, [1]],
  ['not a value, which what is not there meets', { status: { not: 'open' } }, [2, 3]],
  ['not operators', { total: { not: { between: [2, 4] } } }, [1]],
  ['below', { total: { below: 2 } }, [1]],
  ['atMost', { total: { atMost: 2 } }, [1, 2]],
  ['above', { total: { above: 2 } }, [3]],
  ['atLeast', { total: { atLeast: 2 } }, [2, 3]],
  ['operators together', { total: { above: 1, below: 3 } }, [2]],
  ['between, both inclusive', { total: { between: [1, 2] } }, [1, 2]],
  ['in', { status: { in: ['open', 'paid'] } }, [1]],
  ['in more than a hundred', { total: { in: [...Array.from({ length: 250 }, (_, index) => index + 100), 3.5] } }, [3]],
  ['beginsWith', { status: { beginsWith: 'open' } }, [1, 2]],
  ['contains, of a set', { tags: { contains: 'a' } }, [1]],
  ['contains, of a text', { digits: { contains: 'éj' } }, [2]],
  ['exists', { status: { exists: true } }, [1, 2]],
  ['not exists', { status: { exists: false } }, [3]],
  ['size of a set', { marks: { size: 3 } }, [3]],
  ['size of a text', { status: { size: { above: 4, atMost: 7 } } }, [2]],
  ['a list', { lines: [{ name: 'x', price: 2 }] }, [1]],
  ['not another list', { lines: { not: [{ name: 'x', price: 3 }] } }, [1, 2, 3]],
  ['in lists and maps', { address: { in: [{ city: 'Bern' }, { 'house.no': 4, 'city': 'Bern' }] } }, [1]],
  ['a set', { tags: ['b', 'a'] }, [1]],
  ['a path into a map', { 'address.city': 'Bern' }, [1]],
  ['a name with a dot', { 'address["house.no"]': { above: 3 } }, [1]],
  ['a path into a list', { 'lines[0].price': 2 }, [1]],
  ['any', { any: [{ status: 'open' }, { total: { above: 3 } }] }, [1, 3]],
  ['all', { all: [{ total: { above: 1 } }, { total: { below: 3 } }] }, [2]],
  ['not', { not: { any: [{ status: 'open' }, { marks: { exists: true } }] } }, [2]],
  ['all of it together', { total: { above: 0 }, any: [{ status: 'open' }, { all: [{ total: 2 }, { not: { status: 'open' } }] }] }, [1, 2]],
]

for (const [name, filter, numbers] of cases) {
  test(`keeps by ${name}`, async () => {
    assert.deepEqual((await table().query({ partition: 'c', filter })).items.map(({ number }) => number), numbers)
    assert.equal(await table().count({ partition: 'c', filter }), numbers.length)
  })
}

for (const [filter, words] of [
  [{ total: { belo: 3 } }, /total in a condition on table orders has no operator belo: there are is, not, below/],
  [{ total: {} }, /total in a condition on table orders is held to nothing/],
  [{ address: { city: 'Bern' } }, /no operator city.*to compare with a map write \{ is: … \}/],
  [{ total: { between: [1] } }, /"between" of total .* must be a list of two bounds/],
  [{ total: { in: [] } }, /"in" of total .* must be a list of at least one value/],
  [{ status: { beginsWith: 5 } }, /"beginsWith" of status .* must be a text/],
  [{ status: { exists: 'yes' } }, /"exists" of status .* must be true or false/],
  [{ tags: { size: '3' } }, /"size" of tags .* must be a whole number/],
  [{ tags: { size: { in: [3] } } }, /The size of tags .* has no operator in/],
  [{ any: [] }, /"any" of a condition on table orders holds nothing/],
  [{}, /A condition on table orders holds nothing/],
  [{ 'a..b': 1 }, /"a\.\.b" is no path/],
  [{ '[0]': 1 }, /"\[0\]" is no path/],
  [{ shop: 'c' }, /orders\.shop is part of the key of what is listed/],
  [{ status: { in: Array.from({ length: 900 }, (_, index) => `s${index}`) } }, /takes \d+ bytes as an expression, and DynamoDB takes at most 4096/],
] as const) {
  test(`refuses the condition ${JSON.stringify(filter).slice(0, 40)}`, async () => {
    await assert.rejects(table().query({ partition: 'c', filter: filter as never }), words)
  })
}
