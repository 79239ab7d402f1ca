// The page of the rules says what the rules say: every rule, and whether it breaks callers.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareDocuments } from '../../src/gate/index.ts'
import { readPage, tableRows } from '../rules/pages.ts'
import { baseDocument } from './base-document.ts'
import { differences, recorded } from './differences.ts'
import { type SingleChange, singleChanges } from './single-changes.ts'

const page = 'docs/reference/breaking-changes.md'

// One and the other encoding of a part of a form, each becoming the other.
function turnForm(one: object, other: object): SingleChange[] {
  const form = (encoding: object): object => ({ schema: { type: 'object', properties: { photo: { type: 'string' } } }, encoding: { photo: encoding } })
  const at = '/paths/~1pets/post/requestBody/content/multipart~1form-data'
  return [{ name: '', from: { [at]: form(one) }, to: { [at]: form(other) } }, { name: '', from: { [at]: form(other) }, to: { [at]: form(one) } }]
}

// One and the other promise to callers who send twice, each becoming the other.
function turnIdempotency(one: unknown, other: unknown): SingleChange[] {
  const at = '/paths/~1pets/post/x-klue-idempotency'
  return [{ name: '', from: { [at]: one }, to: { [at]: other } }, { name: '', from: { [at]: other }, to: { [at]: one } }]
}

const becomesTask = '/paths/~1pets/post/x-klue-task'

// Changes that oasdiff is not asked about, so that every rule has one.
const further: readonly SingleChange[] = ['Pet', 'NewPet'].flatMap((schema): SingleChange[] => {
  const at = `/components/schemas/${schema}/properties`
  const turn = (name: string, one: unknown, other: unknown): SingleChange[] => [{ name: '', from: { [`${at}/${name}`]: one }, to: { [`${at}/${name}`]: other } }, { name: '', from: { [`${at}/${name}`]: other }, to: { [`${at}/${name}`]: one } }]
  const branches = [{ $ref: '#/components/schemas/Cage' }, { $ref: '#/components/schemas/Garden' }]
  const discriminated = (mapping: object): object => ({ oneOf: branches, discriminator: { propertyName: 'kind', mapping } })
  return [
    ...turn('tags', { type: 'array' }, { type: 'array', items: { type: 'string' } }),
    ...turn('tags', { type: 'array', uniqueItems: true }, { type: 'array' }),
    ...turn('weight', { type: 'integer', format: 'int64' }, { type: 'integer', format: 'int32' }),
    ...turn('weight', true, false),
    ...turn('weight', { type: 'number', multipleOf: 2 }, { type: 'number', multipleOf: 4 }),
    ...turn('weight', { type: 'number', multipleOf: 2 }, { type: 'number', multipleOf: 3 }),
    ...turn('code', { type: 'string', not: { enum: ['a'] } }, { type: 'string' }),
    ...turn('code', { type: 'string', not: { enum: ['a'] } }, { type: 'string', not: { enum: ['b'] } }),
    ...turn('size', { type: 'string' }, { type: 'string', default: 'small' }),
    ...turn('secret', { type: 'string', writeOnly: true }, { type: 'string' }),
    ...turn('labels', { type: 'object' }, { type: 'object', additionalProperties: { type: 'string' } }),
    ...turn('labels', { type: 'object' }, { type: 'object', patternProperties: { '^x': { type: 'string' } } }),
    ...turn('owner', { oneOf: branches }, { anyOf: branches }),
    ...turn('owner', {}, { oneOf: branches }),
    ...turn('owner', { type: 'object', properties: { other: { type: 'string' } } }, { oneOf: branches }),
    ...turn('owner', { oneOf: branches }, discriminated({})),
    ...turn('owner', discriminated({ cage: 'Cage' }), discriminated({ cage: 'Cage', garden: 'Garden' })),
    ...turn('owner', discriminated({ cage: 'Cage' }), discriminated({ cage: 'Garden' })),
  ]
}).concat([
  { name: '', from: { '/paths/~1pets/get/deprecated': true }, to: { '/paths/~1pets/get/deprecated': false } },
  { name: '', to: { '/paths/~1pets/get/parameters/0/required': true, '/components/schemas/NewPet/required/-': 'size' } },
  { name: '', to: { '/paths/~1pets/get/x-sunset': '2030-01-01' } },
  { name: '', from: { '/paths/~1pets/post/x-klue-body-limit': 2 }, to: { '/paths/~1pets/post/x-klue-body-limit': 1 } },
  { name: '', from: { '/paths/~1pets/post/x-klue-body-limit': 1 }, to: { '/paths/~1pets/post/x-klue-body-limit': 2 } },
  ...turnIdempotency(undefined, 'required'),
  ...turnIdempotency('optional', 'required'),
  ...turnIdempotency(undefined, 'optional'),
  ...turnIdempotency({ ttl: '1h' }, { ttl: '2h' }),
  ...turnIdempotency({ key: '/name' }, { key: 'header' }),
  ...turnIdempotency({ headers: ['x-trace'] }, {}),
  ...turnIdempotency({ anonymous: true }, {}),
  ...turnIdempotency({ on_unknown: 'refuse' }, {}),
  { name: '', to: { [becomesTask]: true } },
  { name: '', from: { [becomesTask]: true }, to: { [becomesTask]: undefined } },
  { name: '', from: { [becomesTask]: true }, to: { [becomesTask]: { envelope: '_task' } } },
  { name: '', from: { '/paths/~1pets/get/parameters/0/deprecated': true }, to: { '/paths/~1pets/get/parameters/0/schema': { type: 'integer' } } },
  ...turnForm({ contentType: 'image/png, image/jpeg' }, { contentType: 'image/png' }),
  ...turnForm({ explode: false }, {}),
  ...turnForm({ headers: { 'X-Place': { required: true, schema: { type: 'string' } } } }, { headers: { 'X-Place': { schema: { type: 'string' } } } }),
  ...turnForm({ headers: { 'X-Place': { schema: { type: 'string' } } } }, {}),
  ...['/paths/~1pets~1{id}/patch/requestBody/content/application~1json', '/paths/~1pets/get/responses/200/content/text~1csv'].flatMap((media): SingleChange[] => [{ name: '', to: { [media]: {} } }, { name: '', from: { [media]: {} }, to: { [media]: { schema: { type: 'object' } } } }]),
])

function observed(): Map<string, Set<string>> {
  const rules = new Map<string, Set<string>>()
  for (const { from = {}, to } of [...singleChanges, ...further]) {
    for (const { rule, breaking } of compareDocuments(baseDocument(from), baseDocument(from, to))) {
      const name = rule.replace(/(minimum|maximum|min-[a-z]+|max-[a-z]+)-(tightened|loosened)$/, 'BOUND-$2')
      rules.set(name, (rules.get(name) ?? new Set()).add(breaking ? 'breaking' : 'told'))
    }
  }
  return rules
}

test('breaking-changes.md has a row for every rule, with its verdict', () => {
  const rows = ['## Operations', '## What callers send', '## What callers read', '## Schemas'].flatMap((heading) => tableRows(page, heading).map((cells) => ({ heading, cells })))
  const written = rows.flatMap(({ heading, cells: [rule = '', ...verdicts] }) => {
    const name = rule.replaceAll('`', '')
    return heading === '## Schemas' ? [[`request-${name}`, verdicts[0]], [`response-${name}`, verdicts[1]]].filter(([, verdict]) => verdict !== '–') : [[name, verdicts[0]]]
  })
  assert.deepEqual(Object.fromEntries(written.sort()), Object.fromEntries([...observed()].map(([rule, verdicts]) => [rule, [...verdicts].sort().join(' or ')]).sort()))
})

test('breaking-changes.md lists each difference to oasdiff with its reason, and the version that was asked', () => {
  const { version } = recorded('oasdiff.json')
  assert.ok(readPage(page).includes(`oasdiff ${version}`))
  assert.deepEqual(tableRows(page, '## Beside oasdiff'), Object.entries(differences).map(([name, { breaking, reason }]) => [`\`${name}\``, breaking ? 'breaking' : 'told', reason]))
})
