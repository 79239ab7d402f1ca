// The vocabulary of extensions and its page say the same.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { extensionVocabulary } from '../../src/openapi/index.ts'

const page = readFileSync(new URL('../../docs/reference/spec-extensions.md', import.meta.url), 'utf8')
const rows = [...page.matchAll(/^\| `(x-[a-z-]+)` \| ([^|]+) \| [^|]+ \| (.+) \|$/gm)]

test('every extension has a row with its places and its default, and the page names no other', () => {
  assert.deepEqual(rows.map(([, name]) => name), extensionVocabulary.map(({ name }) => name))
  for (const [, name, where, fallback] of rows) {
    const extension = extensionVocabulary.find((candidate) => candidate.name === name)
    assert.equal(where, extension?.where.join(', '), name)
    assert.equal(fallback, extension?.default, name)
  }
})

test('every extension has a section that begins with its sentence, and the page has no other', () => {
  const sections = [...page.matchAll(/^## (x-[a-z-]+)\n\n(.+)$/gm)]
  assert.deepEqual(sections.map(([, name]) => name), extensionVocabulary.map(({ name }) => name))
  for (const [, name, text] of sections) assert.ok(text?.startsWith(extensionVocabulary.find((candidate) => candidate.name === name)?.doc ?? '?'), name)
})
