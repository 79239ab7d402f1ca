// What reads forms is no part of what a start loads, and works from a packed API.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { bundleFunction } from '../../src/bundle/index.ts'
import { compileConfig } from '../../src/config/build.ts'
import { generate } from '../../src/openapi/index.ts'
import { makeProject } from '../dev/project-fixture.ts'

const document = `openapi: 3.0.3
info: { title: Notes, version: '1' }
paths:
  /notes:
    post:
      operationId: upload
      requestBody:
        content:
          multipart/form-data:
            schema: { type: object, properties: { note: { type: string } } }
            encoding: { note: { headers: { X-Limit: { required: true, schema: { type: integer } } } } }
          application/x-www-form-urlencoded: { schema: { type: object, properties: { note: { type: integer } } } }
      responses: { 200: { description: '', content: { application/json: { schema: {} } } } }
`
const service = `import { toLambda } from 'klue/lambda'
import { defineService } from 'klue/runtime'
import { notes } from './gen/notes.ts'
export const handler = toLambda(defineService({ spec: notes, handlers: { upload: ({ body }) => body ?? {} } }))
`
const call = `import { handler } from './index.mjs'
const part = (lines) => '--X\\r\\nContent-Disposition: form-data; name="note"\\r\\n' + lines + '\\r\\nn\\r\\n--X--'
const ask = async (type, body) => JSON.parse((await handler({ version: '2.0', rawPath: '/notes', rawQueryString: '', headers: { 'content-type': type }, body, requestContext: { requestId: 'r', stage: '$default', http: { method: 'POST', sourceIp: '192.0.2.1' } } }, {})).body)
const multipart = 'multipart/form-data; boundary=X'
const answers = await Promise.all([ask(multipart, part('X-Limit: 5\\r\\n')), ask(multipart, part('')), ask('application/x-www-form-urlencoded', 'note=7')])
process.stderr.write(JSON.stringify(answers.map((answer) => answer.errors ?? answer)))
`

test('forms are read by a part of the function that is loaded with the first of them', async () => {
  const project = await makeProject({ 'apis/notes.yaml': document, 'functions/notes.ts': service })
  try {
    await generate(project.root)
    const folder = join(project.root, 'out')
    await bundleFunction({ root: project.root, entry: 'functions/notes.ts', folder })
    assert.doesNotMatch(await readFile(join(folder, 'index.mjs'), 'utf8'), /boundary=/)
    await writeFile(join(folder, 'klue-config.json'), JSON.stringify(compileConfig({ stage: 'test', values: { name: 'notes', jwt_secret: 'a-secret-of-this-test-only' }, places: {} })))
    await writeFile(join(folder, 'call.mjs'), call)
    const { stderr } = await promisify(execFile)(process.execPath, [join(folder, 'call.mjs')], { env: { LAMBDA_TASK_ROOT: folder } })
    assert.deepEqual(JSON.parse(stderr), [{ note: { value: 'n', headers: { 'x-limit': 5 } } }, [{ pointer: '/body/note/headers/x-limit', message: 'is required' }], { note: 7 }])
  } finally {
    await project.remove()
  }
})
