// A start looks at every generated file again as soon as anything may have changed.
import assert from 'node:assert/strict'
import { readFile, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { generateProject } from '../../src/dev/index.ts'
import { isGenerated, noteGenerated } from '../../src/dev/generated-state.ts'
import { makeProject, notesApi } from './project-fixture.ts'

const project = await makeProject()
const { root } = project
after(() => project.remove())

// As if all had been written long before.
const note = (): void => noteGenerated(root, { basePath: false, startedAt: Date.now() + 60_000 })

test('what was noted holds until a document, a generated file or a setting changes', async () => {
  assert.equal(isGenerated(root, false), false)
  await generateProject(root)
  // A document that was written this moment may be written again without looking different.
  noteGenerated(root, { basePath: false, startedAt: Date.now() })
  assert.equal(isGenerated(root, false), false)
  note()
  assert.equal(isGenerated(root, false), true)
  assert.equal(isGenerated(root, true), false)
  const document = join(root, 'apis', 'notes.yaml')
  const text = await readFile(document, 'utf8')
  for (const change of [
    async () => {
      // The same length, and its old time set back.
      await project.write('apis/notes.yaml', text.replace('1.2.3', '1.2.4'))
      await utimes(document, 1, 1)
    },
    () => project.write('apis/other.yaml', notesApi.replaceAll('Note', 'Other').replaceAll('notes', 'others')),
    () => project.delete('apis/other.yaml'),
    () => project.delete('functions/gen/notes.ts'),
    () => project.delete('functions/gen/notes/table.cjs'),
    () => project.delete('functions/gen/notes/requests/putNote.cjs'),
  ]) {
    await generateProject(root)
    note()
    assert.equal(isGenerated(root, false), true, String(change))
    await change()
    assert.equal(isGenerated(root, false), false, String(change))
  }
})
