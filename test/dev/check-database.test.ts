// klue check names a DynamoDB that cannot do what definitions ask for, and goes on where it does not answer.
import assert from 'node:assert/strict'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { checkProject } from '../../src/dev/index.ts'
import { openLocalDynamo } from '../../src/platform/local/index.ts'
import { makeProject, notesApi, type ProjectFixture } from './project-fixture.ts'

let project: ProjectFixture
let bare: Server
let bareUrl: string
before(async () => {
  project = await makeProject()
  bare = (createRequire(import.meta.url)('dynalite') as () => Server)()
  await new Promise<void>((done) => bare.listen(0, '127.0.0.1', done))
  bareUrl = `http://127.0.0.1:${(bare.address() as AddressInfo).port}`
})
after(async () => {
  await new Promise((done) => bare.close(done))
  await project.remove()
})

const check = async (endpoint: string, options: string): ReturnType<typeof checkProject> => {
  await project.write('klue-config.yaml', `name: notes\ndynamodb_endpoint: ${endpoint}\n`)
  await project.write('apis/notes.yaml', notesApi.replace('key: id }', `key: id${options} }`))
  return await checkProject(project.root)
}

test('one without transactions and streams is a fault at each definition that asks for them, and for no other', async () => {
  const { faults, notices } = await check(bareUrl, ', unique: [text], stream: true')
  assert.deepEqual(notices, [])
  assert.deepEqual(faults.map(({ code, file, line, pointer, message }) => ({ code, file, line, pointer, message })), [
    { code: 'database-lacks', file: 'apis/notes.yaml', line: 22, pointer: '/components/schemas/Note/x-persist/unique', message: `unique of Note needs transactions, which the DynamoDB at ${bareUrl} does not have` },
    { code: 'database-lacks', file: 'apis/notes.yaml', line: 22, pointer: '/components/schemas/Note/x-persist/stream', message: `stream of Note needs streams, which the DynamoDB at ${bareUrl} does not have` },
  ])
  assert.match(faults[0]!.hint!, /unset AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL and dynamodb_endpoint to use the embedded one, or remove unique/)
  assert.deepEqual((await check(bareUrl, ', sharded: { seen: 4 }')).faults.map(({ pointer }) => pointer), ['/components/schemas/Note/x-persist/sharded'])
  assert.deepEqual(await check(bareUrl, ''), { faults: [], notices: [], documents: 1 })
})

test('one that has them is no fault', async () => {
  const dynamo = await openLocalDynamo({ memory: true })
  after(() => dynamo.close())
  const { faults, notices } = await check(dynamo.endpoint, ', unique: [text], stream: true')
  assert.deepEqual([faults, notices], [[], []])
})

test('one that does not answer is a notice, and only where something is asked for', async () => {
  const { faults, notices } = await check('http://127.0.0.1:1', ', unique: [text]')
  assert.deepEqual(faults, [])
  assert.deepEqual(notices, [{ code: 'database-unasked', file: '', message: 'Whether the DynamoDB at http://127.0.0.1:1 can do what x-persist asks for is not known: 127.0.0.1:1 does not answer', hint: 'start it, or unset AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL and dynamodb_endpoint to use the embedded one' }])
  assert.deepEqual((await check('http://127.0.0.1:1', '')).notices, [])
})
