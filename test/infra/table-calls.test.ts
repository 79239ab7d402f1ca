// Grants follow the calls that the code of a function names: who only reads may not write.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { basename } from 'node:path'
import { loadConfig } from '../../src/config/build.ts'
import { bundleEntries } from '../../src/infra/bundle-entries.ts'
import { allTableCalls, tableActions, tableCallsIn } from '../../src/infra/table-calls.ts'
import { generate } from '../../src/openapi/index.ts'
import { makeProject, notesService } from '../dev/project-fixture.ts'

const plain = { ttl: false, isSide: false }

test('each call needs what it does, and nothing else', () => {
  const actions = (names: string[], options = plain) => tableActions(names as never, options)
  assert.deepEqual(actions(['find', 'query']), ['GetItem', 'Query'])
  assert.deepEqual(actions(['save']), ['GetItem', 'PutItem'])
  assert.deepEqual(actions(['update'], { ...plain, ttl: true }), ['DeleteItem', 'GetItem', 'UpdateItem'])
  assert.deepEqual(actions(['batch', 'get']), ['BatchGetItem', 'GetItem'])
  assert.deepEqual(actions(['batch', 'put', 'delete']), ['BatchWriteItem', 'DeleteItem', 'GetItem', 'PutItem'])
  assert.deepEqual(actions(['check', 'update']), ['ConditionCheckItem', 'GetItem', 'UpdateItem'])
  assert.deepEqual(actions(['count']), ['Query', 'Scan'])
  assert.deepEqual(actions([]), [])
  assert.deepEqual(actions(['find', 'query'], { ...plain, isSide: true }), [])
  assert.deepEqual(actions(['counter'], { ...plain, isSide: true }), ['BatchGetItem', 'UpdateItem'])
  assert.deepEqual(actions(['save'], { ...plain, isSide: true }), ['DeleteItem', 'GetItem', 'PutItem'])
})

test('a name counts where it is a member, and every call where only a run knows the name', () => {
  assert.deepEqual(tableCallsIn(['context.table(Note).find(id);const{update}=t;t?.query(x);t["count"]()']).sort(), ['count', 'find', 'query', 'update'])
  assert.deepEqual(tableCallsIn(['throw new Error("cannot save");savedItem.x();let load=1;a.loaded()']), [])
  // Parameters and arguments of these names are no members.
  assert.deepEqual(tableCallsIn(['function last(table,count){return load(path,count)}']), [])
  assert.deepEqual(tableCallsIn(['const{find,save:keep}=t']).sort(), ['find', 'save'])
  assert.deepEqual(tableCallsIn(['const t=context.table(Note);t[name](id)']), allTableCalls)
  assert.deepEqual(tableCallsIn(['list[0](x);handlers[name](x);y.find(1)']), ['find'])
})

test('the calls are those of the function itself, with its files, and not of the kit or of a comment', async () => {
  const reading = notesService.replace(/putNote: async[\s\S]*?\n    },\n/, "putNote: ({ path }, context) => read(context, path.id),\n").replace("import { Note, notes }", "import { read } from './notes/read.ts'\nimport { Note, notes }").replace(/import \{ setTimeout.*\n/, '')
  const { root, remove } = await makeProject({
    'functions/notes.ts': reading,
    'functions/notes/read.ts': "// Never calls t.save or t.delete.\nimport type { Context } from 'klue/runtime'\nimport { Note } from '../gen/notes.ts'\nexport const read = async (context: Context, id: string): Promise<Note> => (await context.table(Note).find(id)) ?? { id, text: 'none, save me' }\n",
    'klue-config.yaml': 'name: notes\n',
  })
  after(remove)
  await generate(root)
  const [prepared] = await bundleEntries({ root, entries: ['functions/notes.ts'], folder: `${root}/out`, loaded: loadConfig({ root, stage: 'dev', env: {}, unset: 'leave out' }) })
  assert.equal(prepared!.name, basename('notes'))
  assert.deepEqual([...prepared!.tableCalls!].sort(), ['find', 'load'])
})
