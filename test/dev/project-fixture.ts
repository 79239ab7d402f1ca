// A small project of its own in a temporary folder below the repository, where `klue` resolves to the sources.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

export interface ProjectFixture {
  root: string
  write(file: string, text: string): Promise<void>
  delete(file: string): Promise<void>
  remove(): Promise<void>
}

export const notesApi = `openapi: 3.0.3
info: { title: Notes, version: 1.2.3 }
paths:
  /notes/{id}:
    parameters:
      - { name: id, in: path, required: true, schema: { type: string } }
    get:
      operationId: getNote
      responses:
        '200': { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/Note' } } } }
    put:
      operationId: putNote
      requestBody:
        required: true
        content: { application/json: { schema: { type: object, required: [text], properties: { text: { type: string } } } } }
      responses:
        '200': { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/Note' } } } }
components:
  schemas:
    Note:
      type: object
      x-persist: { table: notes, key: id }
      required: [id, text]
      properties:
        id: { type: string }
        text: { type: string }
`

export const notesService = `// A service for tests.
import { setTimeout as sleep } from 'node:timers/promises'
import { toLambda } from 'klue/lambda'
import { defineService, type Service } from 'klue/runtime'
import { Note, notes } from './gen/notes.ts'

export const service: Service = defineService({
  spec: notes,
  handlers: {
    getNote: ({ path }, context) => context.table(Note).load(path.id),
    putNote: async ({ path, body }, context) => {
      if (body.text === 'slow') await sleep(400)
      return context.table(Note).save({ id: path.id, text: body.text })
    },
  },
})

export const handler: ReturnType<typeof toLambda> = toLambda(service)
`

/** Makes a project; `files` replace or add to those of a small service that keeps notes. */
export async function makeProject(files: Record<string, string> = {}): Promise<ProjectFixture> {
  const parent = resolve('.klue', 'tests')
  await mkdir(parent, { recursive: true })
  const root = await mkdtemp(join(parent, 'project-'))
  const write = async (file: string, text: string): Promise<void> => {
    await mkdir(dirname(join(root, file)), { recursive: true })
    await writeFile(join(root, file), text)
  }
  const all = { 'klue-config.yaml': 'name: notes\n', 'apis/notes.yaml': notesApi, 'functions/notes.ts': notesService, ...files }
  for (const [file, text] of Object.entries(all)) await write(file, text)
  return { root, write, delete: (file) => rm(join(root, file)), remove: () => rm(root, { recursive: true, force: true }) }
}
