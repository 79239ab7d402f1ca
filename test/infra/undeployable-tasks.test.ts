// What would be accepted and never run is not deployed.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { loadConfig } from '../../src/config/build.ts'
import { bundleEntries } from '../../src/infra/bundle-entries.ts'
import { generate } from '../../src/openapi/index.ts'
import { makeProject, notesApi, notesService } from '../dev/project-fixture.ts'

test('a service with tasks is refused with the name of each, as long as nothing in the account runs them', async () => {
  const { root, remove } = await makeProject({
    'apis/notes.yaml': `${notesApi}    Told:\n      x-klue-schema: true\n      type: object\n      properties:\n        id: { type: string }\n`,
    'functions/notes.ts': notesService.replace(/import \{([^}]*)\} from 'klue\/runtime'/, "import { defineTask,$1} from 'klue/runtime'").replace('{ Note, notes }', '{ Note, notes, Told }').replace('defineService({', "defineService({\n  tasks: [defineTask('sendNote', { input: Told }, () => undefined)],"),
    'klue-config.yaml': 'name: notes\n',
  })
  after(remove)
  await generate(root)
  const bundle = (): Promise<unknown> => bundleEntries({ root, entries: ['functions/notes.ts'], folder: `${root}/out`, loaded: loadConfig({ root, stage: 'dev', env: {}, unset: 'leave out' }) })
  await assert.rejects(bundle(), (error: { faults?: { code: string; file: string; message: string }[] }) => {
    assert.deepEqual(error.faults?.map(({ code, file }) => [code, file]), [['task-undeployable', 'functions/notes.ts']])
    assert.match(error.faults![0]!.message, /the task sendNote /)
    return true
  })
})
