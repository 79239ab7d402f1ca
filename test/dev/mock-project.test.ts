// A project with missing handlers: refused as it is, whole as a mock.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { checkProject, openLocalProject } from '../../src/dev/index.ts'
import { toRequest } from '../runtime/service-fixture.ts'
import { makeProject, notesService } from './project-fixture.ts'

const project = await makeProject({ 'functions/notes.ts': notesService.replace(/getNote: .*\n/, '') })
after(() => project.remove())

test('check does not complain of missing handlers in a mock', async () => {
  assert.deepEqual((await checkProject(project.root)).faults.map(({ code }) => code), ['handler-missing'])
  assert.deepEqual((await checkProject(project.root, { mock: true })).faults, [])
})

test('the missing handler answers from its document, the other one itself', async () => {
  const local = await openLocalProject({ root: project.root, inMemory: true, mock: { seed: 0 }, log: () => undefined })
  try {
    const [service] = local.services
    const put = await service!.answer(toRequest('PUT /notes/1', { headers: { 'content-type': 'application/json' }, body: '{"text":"hi"}' }))
    assert.deepEqual([put.status, JSON.parse(String(put.body))], [200, { id: '1', text: 'hi' }])
    const get = await service!.answer(toRequest('GET /notes/1'))
    const value = JSON.parse(String(get.body)) as Record<string, unknown>
    assert.deepEqual([get.status, typeof value['id'], typeof value['text']], [200, 'string', 'string'])
  } finally {
    await local.close()
  }
})
