// docs/reference/ops-api.md beside the document and the columns.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before, test } from 'node:test'
import { middlewareColumns, routeColumns, taskColumns, transportColumns } from '../../src/ops/columns.ts'
import { ops } from '../../src/ops/gen/ops.ts'
import { compileOps } from '../../src/ops/index.ts'

before(compileOps)

const page = readFileSync('docs/reference/ops-api.md', 'utf8')

test('the page has a row for every operation of the document, and no other', () => {
  const rows = [...page.matchAll(/^\| `([A-Z]+ \S+)` \| `(\w+)` \|$/gm)].map(([, request, id]) => `${request} ${id}`)
  assert.deepEqual(rows.sort(), ops.table.operations.map(({ method, path, id }) => `${method} ${path} ${id}`).sort())
})

for (const [name, columns] of Object.entries({ routes: routeColumns, tasks: taskColumns, middlewares: middlewareColumns, transports: transportColumns })) {
  test(`the page has every column of _cat/${name}`, () => {
    const part = page.split(`## Columns of \`_cat/${name}\``)[1]!.split('\n## ')[0]!
    const rows = [...part.matchAll(/^\| `(\S+)` \| (.*?) ?\| (yes)? ?\| (.*) \|$/gm)].map(([, column, aliases, isDefault, description]) => [column, [...aliases!.matchAll(/`(\w+)`/g)].map(([, alias]) => alias), isDefault === 'yes', description])
    assert.deepEqual(rows, columns.map(({ name: column, aliases = [], isDefault, description }) => [column, [...aliases], isDefault, description]))
  })
}
