// A missing handler, or one of the wrong shape, is a compile error where it is written.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { join, resolve } from 'node:path'
import ts from 'typescript'
import { generate } from '../../src/openapi/index.ts'
import { makeProject, notesService, type ProjectFixture } from '../dev/project-fixture.ts'

let project: ProjectFixture
before(async () => {
  project = await makeProject()
  await generate(project.root)
})
after(() => project.remove())

const config = ts.parseJsonConfigFileContent(ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path)).config, ts.sys, resolve('.'))

// One program after the other reuses what it has read of the kit.
let previous: ts.Program | undefined

async function errorsOf(text: string): Promise<string[]> {
  const file = join(project.root, 'functions', 'notes.ts')
  await project.write('functions/notes.ts', text)
  previous = ts.createProgram({ rootNames: [file], options: { ...config.options, noEmit: true }, ...(previous === undefined ? {} : { oldProgram: previous }) })
  return ts.getPreEmitDiagnostics(previous).filter((diagnostic) => diagnostic.file?.fileName.startsWith(project.root)).map((diagnostic) => ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'))
}

test('handlers as the document wants them compile', async () => {
  assert.deepEqual(await errorsOf(notesService), [])
})

for (const [fault, text, message] of [
  ['a missing handler', notesService.replace(/getNote: .*\n/, '\n'), /Property 'getNote' is missing/],
  ['a handler without operation', notesService.replace('getNote:', 'getNoet: () => undefined, getNote:'), /'getNoet' does not exist|getNoet/],
  ['an answer of the wrong shape', notesService.replace('context.table(Note).load(path.id)', '({ id: path.id, text: 5 })'), /not assignable/],
  ['an answer with a field missing', notesService.replace('context.table(Note).load(path.id)', '({ id: path.id })'), /not assignable|'text' is missing/],
  ['nothing, where a body is declared', notesService.replace('context.table(Note).load(path.id)', 'undefined'), /not assignable/],
  ['a parameter that the operation does not have', notesService.replace('load(path.id)', 'load(path.name)'), /Property 'name' does not exist/],
  ['a body that is read as another type', notesService.replace('text: body.text', 'text: body.text.toFixed()'), /Property 'toFixed' does not exist/],
] as const) {
  test(`${fault} is a compile error`, async () => {
    const errors = await errorsOf(text)
    assert.ok(errors.length > 0, 'it compiles')
    assert.match(errors.join('\n'), message)
  })
}
