// klue test on a small project: targets, checks of every exchange, reports, and what it refuses.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { klue, startKlue } from '../cli/klue-process.ts'
import { makeProject, notesService, type ProjectFixture } from '../dev/project-fixture.ts'

const suite = `// Tests of a test.
import assert from 'node:assert/strict'
import { assertCallReturnJson, assertGetReturnError, assertGetReturnJson, assertHasAuthVersion, assertHasPing, liveSafe, send, test } from 'klue/testing'

liveSafe('ping', () => assertHasPing())
test('auth', () => assertHasAuthVersion())
test('a note is kept', async () => {
  await assertCallReturnJson('put', '/notes/a', { data: { text: 'one' } })
  assert.deepEqual(await assertGetReturnJson('/notes/a'), { id: 'a', text: 'one' })
})
`

let project: ProjectFixture
before(async () => {
  project = await makeProject({ 'klue-config.yaml': 'name: notes\nstages:\n  prod: { live: true, live_host: 127.0.0.1:1 }\n', 'testaccept/notes.test.ts': suite })
})
after(() => project.remove())

test('the suite passes in process, and says which declared answers nothing reached', async () => {
  const { code, stdout, stderr } = await klue(project.root, ['test', '--in-process'])
  assert.equal(code, 0, stdout + stderr)
  assert.match(stdout, /^Testing in process\n/)
  assert.match(stdout, /pass 3/)
  assert.match(stdout, /2 of 2 declared answers of 2 operations were reached\n$/)
})

test('a reader that has seen enough, such as head, ends the suite quietly', async () => {
  for (const words of [['test'], ['test', '--json']]) {
    const { child, finished } = startKlue(project.root, words)
    child.stdout!.once('data', () => child.stdout!.destroy())
    const { code, stderr } = await finished
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  }
})

test('the suite passes on a server of its own, and on the one that runs', async () => {
  const own = await klue(project.root, ['test', '--local'])
  assert.equal(own.code, 0, own.stdout + own.stderr)
  assert.match(own.stdout, /^Testing a local server, http:\/\/127\.0\.0\.1:\d+\n/)
  const running = startKlue(project.root, ['dev', '--port', '0'])
  const url = /service +(\S+)/.exec(await running.until('Ctrl-C stops it.'))![1]!
  const shared = await klue(project.root, ['test', '--local'])
  assert.equal(shared.code, 0, shared.stdout + shared.stderr)
  assert.match(shared.stdout, new RegExp(`^Testing the running local server, ${url}\n`))
  const fresh = await klue(project.root, ['test', '--local', '--fresh', '--only', 'ping'])
  assert.match(fresh.stdout, /^Testing a local server/)
  const token = (await klue(project.root, ['token'])).stdout.trim()
  const byUrl = await klue(project.root, ['test', '--url', url, '--only', 'ping|auth', '--json'], { env: { KLUE_JWT_TOKEN: token } })
  assert.equal(byUrl.code, 0, byUrl.stdout + byUrl.stderr)
  await project.write('testaccept/typed.test.ts', `import { test, testClient } from 'klue/testing'\nimport { notesClient } from '../functions/gen/notes.client.ts'\ntest('typed', async () => {\n  await (await testClient(notesClient)).putNote({ path: { id: 'b' }, body: { text: 'two' } })\n})\n`)
  const typed = await klue(project.root, ['test', '--url', url, 'testaccept/typed.test.ts'], { env: { KLUE_JWT_TOKEN: token } })
  await project.delete('testaccept/typed.test.ts')
  assert.equal(typed.code, 0, typed.stdout + typed.stderr)
  running.child.kill('SIGTERM')
  assert.match((await running.finished).stdout, /GET +\/notes\/a/)
})

test('--json gives one object a test, --only chooses by title, --junit writes a report', async () => {
  const { code, stdout } = await klue(project.root, ['test', '--json', '--only', 'ping', '--junit', 'report.xml'])
  assert.equal(code, 0)
  const lines = stdout.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
  assert.deepEqual(lines.filter((line) => line['outcome'] === 'passed').map((line) => line['test']), ['ping'])
  const { coverage } = lines.at(-1) as { coverage: { operation: string; missed: string[] }[] }
  assert.deepEqual(coverage.map(({ operation, missed }) => [operation, missed]), [['getNote', ['200']], ['putNote', ['200']]])
  assert.match(await readFile(join(project.root, 'report.xml'), 'utf8'), /<testcase name="ping"/)
})

test('--record writes every exchange down, with the test that caused it', async () => {
  const { code } = await klue(project.root, ['test', '--in-process', '--record', 'exchanges.jsonl'])
  assert.equal(code, 0)
  const lines = (await readFile(join(project.root, 'exchanges.jsonl'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
  const [ping] = lines.filter((line) => line['test'] === 'ping')
  assert.deepEqual([ping!['method'], ping!['path'], ping!['status'], ping!['body']], ['GET', '/ping', 200, {}])
  assert.equal((ping!['headers'] as Record<string, string>)['content-type'], 'application/json')
  assert.deepEqual(lines.filter((line) => line['test'] === 'a note is kept').map((line) => [line['method'], line['path'], line['status']]), [['PUT', '/notes/a', 200], ['GET', '/notes/a', 200]])
})

test('an answer that the specification does not declare fails the test that saw it', async () => {
  await project.write('functions/notes.ts', notesService.replace('context.table(Note).load(path.id)', '({ id: path.id, text: 5 as never, extra: context.callId })'))
  await project.write('klue-config.yaml', 'name: notes\nresponse_check: "off"\n')
  const { code, stdout } = await klue(project.root, ['test', '--only', 'kept'])
  await project.write('functions/notes.ts', notesService)
  assert.equal(code, 1)
  assert.match(stdout, /GET \/notes\/a does not answer as specified:\n.*getNote 200: \/body\/text must be string/)
})

test('an undeclared status fails the test that saw it', async () => {
  await project.write('testaccept/undeclared.test.ts', `import { assertGetReturnError, test } from 'klue/testing'\ntest('missing', () => assertGetReturnError('/notes/none', { status: 404, error: 'ITEM_NOT_FOUND' }))\n`)
  const { code, stdout } = await klue(project.root, ['test', 'testaccept/undeclared.test.ts'])
  await project.write('testaccept/undeclared.test.ts', '')
  assert.equal(code, 1)
  assert.match(stdout, /getNote 404: this status is not declared in apis\/notes\.yaml/)
})

test('nothing that a service answered steers the terminal', async () => {
  const evil = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202e\u200b\u3164'
  const service = createServer((_request, response) => response.end(evil))
  await new Promise<void>((done) => service.listen(0, '127.0.0.1', done))
  await project.write('testaccept/hostile.test.ts', `import { assertCallReturnJson, send, test } from 'klue/testing'\ntest('status', () => assertCallReturnJson('get', '/elsewhere', { status: 418 }))\ntest('own', async () => { throw new Error((await send('get', '/elsewhere')).text) })\ntest('printed', async () => console.log((await send('get', '/elsewhere')).text))\n`)
  const words = ['test', '--url', `http://127.0.0.1:${(service.address() as { port: number }).port}`, 'testaccept/hostile.test.ts']
  for (const more of [[], ['--json']]) {
    const { code, stdout, stderr } = await klue(project.root, [...words, ...more], { env: { KLUE_JWT_TOKEN: 'token' } })
    assert.equal(code, 1, stderr)
    assert.match(stdout, /elsewhere answered 200 instead of 418/)
    // oxlint-disable-next-line no-control-regex, no-misleading-character-class -- these characters are what is looked for
    assert.doesNotMatch(stdout + stderr, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u202e\u3164]/)
  }
  service.close()
  await project.delete('testaccept/hostile.test.ts')
})

test('a live stage runs only what is marked liveSafe', async () => {
  const paths: string[] = []
  const live = createServer((request, response) => {
    paths.push(request.url!)
    response.setHeader('content-type', 'application/json')
    response.end('{}')
  })
  await new Promise<void>((done) => live.listen(0, '127.0.0.1', done))
  await project.write('klue-config.yaml', `name: notes\nenv_secrets: [UNSET_HERE]\nown_key: UNSET_HERE\nstages:\n  prod: { live: true, live_host: "127.0.0.1:${(live.address() as { port: number }).port}" }\n`)
  const { code, stdout } = await klue(project.root, ['test', '--stage', 'prod'])
  live.close()
  assert.equal(code, 0, stdout)
  assert.match(stdout, /skipped 2/)
  assert.match(stdout, /not marked liveSafe/)
  assert.deepEqual(paths, ['/ping'])
})

test('--loop runs until a test fails', async () => {
  await project.write('testaccept/loop.test.ts', `import { existsSync, writeFileSync } from 'node:fs'\nimport { test } from 'klue/testing'\ntest('third', () => { if (existsSync('second')) throw new Error('third round'); writeFileSync(existsSync('first') ? 'second' : 'first', '') })\n`)
  const { code, stdout } = await klue(project.root, ['test', '--loop', 'testaccept/loop.test.ts'])
  assert.equal(code, 1)
  assert.match(stdout, /round 3/)
  assert.doesNotMatch(stdout, /round 4/)
})

test('a missing suite, file, stage or address is a sentence', async () => {
  for (const [words, sentence] of [
    [['test', 'testaccept/none.test.ts'], /there is no such test file/],
    [['test', '--stage', 'nowhere'], /nowhere/],
    [['test', '--url', 'nonsense'], /nonsense is no URL/],
  ] as const) {
    const { code, stderr } = await klue(project.root, [...words])
    assert.equal(code, 1)
    assert.match(stderr, sentence)
    assert.equal(stderr.trim().split('\n').length, 1, stderr)
  }
})

test('the typed client sends headers of parts, and custom formats arrive as texts', async () => {
  const week = '{ type: string, format: week, pattern: ^W }'
  const forms = await makeProject({
    'apis/notes.yaml': `openapi: 3.1.0
info: { title: Notes, version: '1' }
x-klue-formats: [week]
paths:
  /notes:
    post:
      operationId: upload
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema: { type: object, required: [file, note], properties: { file: { type: string, format: binary }, note: { type: string } } }
            encoding: { file: { headers: { X-Limit: { required: true, schema: { type: integer } } } }, note: { headers: { X-Week: { schema: ${week} } } } }
      responses: { 200: { description: '', headers: { X-Week: { required: true, schema: ${week} } }, content: { text/plain: { schema: ${week} } } } }
`,
    'functions/notes.ts': `import { defineFormats, defineService, reply } from 'klue/runtime'
import { toLambda } from 'klue/lambda'
import { notes } from './gen/notes.ts'
const formats = defineFormats({ week: { parse: (text: string) => ({ week: Number(text.slice(1)) }), print: ({ week }: { week: number }) => \`W\${week}\` } })
export const service = defineService({ spec: notes, formats, handlers: { upload: ({ body }) => reply(200, { week: body.file.headers['x-limit'] + body.file.data.length }, { headers: { 'x-week': body.note.headers['x-week'] ?? { week: body.note.value.length } } }) } })
export const handler = toLambda(service)
`,
    'testaccept/notes.test.ts': `import assert from 'node:assert/strict'
import { send, test, testClient } from 'klue/testing'
import { notesClient } from '../functions/gen/notes.client.ts'
const file = { filename: 'f', contentType: 'text/csv', data: new Uint8Array([1, 2]), headers: { 'x-limit': 5 } }
test('a client', async () => {
  const client = await testClient(notesClient)
  const { status, body, headers } = await client.$send('upload', { body: { file, note: { value: 'n', headers: { 'x-week': 'W9' } } } })
  assert.deepEqual([status, body, headers.get('x-week')], [200, 'W7', 'W9'])
  assert.equal(await client.upload({ body: { file, note: { value: 'n' } } }), 'W7')
})
test('send', async () => {
  const head = 'Content-Disposition: form-data; name='
  const body = \`--X\\r\\n\${head}"file"; filename="f"\\r\\nX-Limit: 1\\r\\n\\r\\n\\r\\n--X\\r\\n\${head}"note"\\r\\n\\r\\nnn\\r\\n--X--\`
  const { status, text } = await send('post', '/notes', { data: body, headers: { 'content-type': 'multipart/form-data; boundary=X' } })
  assert.deepEqual([status, text], [200, 'W1'])
})
`,
  })
  try {
    for (const target of ['--in-process', '--local']) {
      const { code, stdout, stderr } = await klue(forms.root, ['test', target])
      assert.equal(code, 0, stdout + stderr)
      assert.match(stdout, /pass 2/)
    }
  } finally {
    await forms.remove()
  }
})
