// klue dev as a process: what it prints, what it refuses, and that a stop loses nothing.
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { after, before, test } from 'node:test'
import { klue, startKlue } from '../cli/klue-process.ts'
import { makeProject, type ProjectFixture } from './project-fixture.ts'

let project: ProjectFixture
before(async () => {
  project = await makeProject()
})
after(() => project.remove())

const json = { 'content-type': 'application/json' }

async function start(root: string): Promise<{ url: string; stop(signal: NodeJS.Signals): Promise<{ code: number | null; stdout: string; stderr: string }> }> {
  const running = startKlue(root, ['dev', '--port', '0'])
  const printed = await running.until('Ctrl-C stops it.')
  const url = /service +(http:\/\/127\.0\.0\.1:\d+)/.exec(printed)![1]!
  return {
    url,
    stop(signal) {
      running.child.kill(signal)
      return running.finished
    },
  }
}

test('it prints the addresses of service, docs page and health check, and they answer', async () => {
  const { url, stop } = await start(project.root)
  const health = await fetch(`${url}/ping`)
  assert.equal(await health.text(), '{}')
  const docs = await fetch(`${url}/doc/notes`)
  assert.match(docs.headers.get('content-type')!, /^text\/html/)
  const { code, stdout, stderr } = await stop('SIGINT')
  assert.equal(code, 0)
  assert.match(stdout, /docs +http:\/\/127\.0\.0\.1:\d+\/doc\/notes/)
  assert.match(stdout, /health check +http:\/\/127\.0\.0\.1:\d+\/ping/)
  assert.match(stdout, /200 GET +\/ping/)
  assert.equal(stderr, '')
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} answers what runs, and what was written is there at the next start`, async () => {
    const first = await start(project.root)
    const id = signal.toLowerCase()
    const slow = fetch(`${first.url}/notes/${id}`, { method: 'PUT', headers: json, body: '{"text":"slow"}' })
    // The request is under way once the server has it, which another answer proves.
    await fetch(`${first.url}/ping`)
    const stopped = first.stop(signal)
    assert.equal((await slow).status, 200)
    assert.equal((await stopped).code, 0)
    const second = await start(project.root)
    const answer = await fetch(`${second.url}/notes/${id}`)
    assert.deepEqual(await answer.json(), { id, text: 'slow' })
    await second.stop(signal)
  })
}

test('a taken port is a sentence that says what to do', async () => {
  const holder = createServer()
  await new Promise<void>((done) => holder.listen(0, '127.0.0.1', done))
  const { port } = holder.address() as { port: number }
  const { code, stderr } = await klue(project.root, ['dev', '--port', String(port)])
  holder.close()
  assert.equal(code, 1)
  assert.match(stderr, new RegExp(`^klue: Port ${port} is taken by another process \\(stop that process, or choose another port with --port N or PORT\\)\\n$`))
})

test('a second process on the same data is a sentence, and harms the first not', async () => {
  const first = await start(project.root)
  const { code, stderr } = await klue(project.root, ['dev', '--port', '0'])
  assert.equal(code, 1)
  assert.match(stderr, /^klue: the data folder .* is already open in the process \d+/)
  assert.equal(stderr.trim().split('\n').length, 1)
  assert.equal((await fetch(`${first.url}/ping`)).status, 200)
  await first.stop('SIGTERM')
})

test('a DynamoDB that does not answer is a sentence', async () => {
  const { code, stderr } = await klue(project.root, ['dev', '--port', '0'], { env: { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' } })
  assert.equal(code, 1)
  assert.match(stderr, /^klue: The DynamoDB at http:\/\/127\.0\.0\.1:1 does not answer/)
  assert.equal(stderr.trim().split('\n').length, 1)
})

test('ports that are none are refused', async () => {
  for (const [words, env] of [[['--port', 'many'], {}], [['--port', '70000'], {}], [[], { PORT: 'many' }]] as const) {
    const { code, stderr } = await klue(project.root, ['dev', ...words], { env })
    assert.equal(code, 1)
    assert.match(stderr, /is no port|which is no port/)
  }
})
