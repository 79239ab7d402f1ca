// The project of the drills: the smallest service in a git repository of its own, whose commits are versions.
import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../rules/imports.ts'
import { makeMinimal } from './project.ts'

/** What a commit of the service holds. */
export interface Version {
  /** What it greets with. */
  word: string
  /** Its suite fails: everywhere, or only where live answers. */
  fails?: 'everywhere' | 'at live'
  /** Path of the operation that greets. */
  path?: string
  /** Keeps notes whose titles are unique, in a table with a stream, and brings a migration that changes them before live moves and one that does after. */
  migrates?: boolean
}

/** Makes the project, without a commit; `kit` is the folder of klue. */
export function makeRepository(folder: string, kit: string): string {
  makeMinimal(folder, kit)
  // As npm install leaves it.
  symlinkSync(join(root, 'node_modules', 'aws-cdk'), join(folder, 'node_modules', 'aws-cdk'), 'dir')
  writeFileSync(join(folder, 'package.json'), '{ "name": "hello", "private": true, "type": "module", "scripts": { "test": "node checks.js" } }\n')
  writeFileSync(join(folder, 'checks.js'), "import { existsSync } from 'node:fs'\nif (!existsSync('apis/hello.yaml')) process.exit(1)\n")
  writeFileSync(join(folder, '.gitignore'), 'node_modules/\n.klue/\ncdk.out/\nfunctions/gen/\n')
  mkdirSync(join(folder, 'testaccept'), { recursive: true })
  git(folder, 'init', '--quiet', '--initial-branch=main')
  return folder
}

/** Writes a version and commits it. */
export function commit(folder: string, { word, fails, path = '/hello/{name}', migrates = false }: Version): void {
  if (migrates) writeMigrations(folder)
  writeFileSync(join(folder, 'functions', 'hello.ts'), `// The service behind apis/hello.yaml.
import { toLambda } from 'klue/lambda'
import { defineService, type Service } from 'klue/runtime'
import { hello${migrates ? ', Note' : ''} } from './gen/hello.ts'

export const service: Service = defineService({ spec: hello, handlers: { hello: ({ path }) => ({ text: \`${word} \${path.name}\` })${migrates ? `, ${notesHandler}` : ''} } })

export const handler: ReturnType<typeof toLambda> = toLambda(service)
`)
  writeFileSync(join(folder, 'apis', 'hello.yaml'), `openapi: 3.1.0
info: { title: Hello, version: 1.0.0 }
paths:
  ${path}:
    get:
      operationId: hello
      security: []
      parameters:
        - { name: name, in: path, required: true, schema: { type: string } }
      responses:
        '200': { description: A greeting, content: { application/json: { schema: { type: object, required: [text], properties: { text: { type: string } } } } } }
${migrates ? notesPath + notes : ''}`)
  writeFileSync(join(folder, 'testaccept', 'hello.test.ts'), `import assert from 'node:assert/strict'
import { assertGetReturnJson, assertHasPing, liveSafe, test, testAuth, testUser } from 'klue/testing'

liveSafe('it is there', () => assertHasPing())
test('it greets', async () => assert.deepEqual(await assertGetReturnJson('${path.replace('{name}', 'Ann')}'), { text: '${fails === 'everywhere' ? 'something else' : `${word} Ann`}' }))
test('there is a user and a token', async () => assert.match(\`\${(await testUser()).name} \${await testAuth()}\`, /^acceptance-\\S+ Bearer \\S+$/))
${fails === 'at live' ? "liveSafe('it is not live', () => assert.doesNotMatch(String(process.env.KLUE_TARGET), /execute-api/))\n" : ''}`)
  git(folder, 'add', '--all')
  git(folder, '-c', 'user.name=Drill', '-c', 'user.email=drill@example.com', 'commit', '--quiet', '--allow-empty', '--message', word)
}

// Saves all notes or none, each by its id.
const notesPath = `  /notes:
    put:
      operationId: putNotes
      security: []
      requestBody: { required: true, content: { application/json: { schema: { type: array, minItems: 1, maxItems: 5, items: { $ref: '#/components/schemas/Note' } } } } }
      responses:
        '200': { description: Kept, content: { application/json: { schema: { type: array, items: { $ref: '#/components/schemas/Note' } } } } }
`
const notesHandler = 'putNotes: ({ body }, context) => context.transact(body.map((note) => context.table(Note).action.save(note)))'

const notes = `components:
  schemas:
    Note:
      type: object
      x-persist: { table: notes, key: id, unique: [title], stream: true }
      required: [id, title, text]
      properties: { id: { type: string }, title: { type: string }, text: { type: string } }
`

function writeMigrations(folder: string): void {
  mkdirSync(join(folder, 'migrations'), { recursive: true })
  const head = "import { defineMigration, type Migration } from 'klue/data'\nimport { Note } from '../functions/gen/hello.ts'\n\n"
  writeFileSync(join(folder, 'migrations', '001-begin.ts'), `${head}export const migration: Migration = defineMigration({ when: 'before-live', run: async (context) => void (await context.table(Note).save({ id: 'one', title: 'first', text: 'begun' })) })\n`)
  writeFileSync(join(folder, 'migrations', '002-end.ts'), `${head}export const migration: Migration = defineMigration({ table: Note, when: 'after-live', each: (note) => (note.text === 'begun' ? { ...note, text: 'ended' } : undefined) })\n`)
}

function git(folder: string, ...words: string[]): void {
  execFileSync('git', ['-C', folder, ...words], { stdio: ['ignore', 'ignore', 'inherit'] })
}
