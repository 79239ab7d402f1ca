// The guide "Work outside a request" is a project: its blocks are its files, and what it says happens.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { type LocalProject, openLocalProject } from '../../src/dev/index.ts'
import type { LogRecord } from '../../src/runtime/index.ts'
import { readState } from '../../src/store/index.ts'
import { makeProject, type ProjectFixture } from '../dev/project-fixture.ts'
import { codeBlocks } from '../rules/pages.ts'
import { until } from './harness.ts'

const page = 'docs/guide/tasks.md'
const files = Object.fromEntries([...codeBlocks(page, 'yaml'), ...codeBlocks(page, 'typescript')].map(({ code }) => [/^(?:#|\/\/) (\S+)\n/.exec(code)![1]!, code]))

let fixture: ProjectFixture
let project: LocalProject
const lines: LogRecord[] = []
const sent: { to: string; language: string; key: string }[] = []

before(async () => {
  ;(globalThis as { guideMail?: typeof sent }).guideMail = sent
  const mail = "export function mail(letter: { to: string; language: string; key: string }): void {\n  ;(globalThis as unknown as { guideMail: unknown[] }).guideMail.push(letter)\n}\n"
  fixture = await makeProject({ 'functions/mail.ts': mail, ...files })
  await fixture.delete('apis/notes.yaml')
  await fixture.delete('functions/notes.ts')
  project = await openLocalProject({ root: fixture.root, inMemory: true, log: (record) => void lines.push(record) })
})
after(async () => {
  await project.close()
  await fixture.remove()
})

async function approve(id: string): Promise<Record<string, string>> {
  const answer = await project.services[0]!.answer({ method: 'POST', path: `/returns/${id}/approval`, query: '', headers: {}, sourceIp: '' })
  assert.equal(answer.status, 202, String(answer.body))
  return JSON.parse(String(answer.body)) as Record<string, string>
}

test('its files are those of the page', () => assert.deepEqual(Object.keys(files), ['apis/approvals.yaml', 'klue-config.yaml', 'functions/approvals.ts', 'functions/statements.ts', 'functions/later.ts', 'functions/jobs.ts']))

test('an approval is answered with its task, and the mail follows once', async () => {
  const answered = await approve('r-1')
  const [shown] = codeBlocks(page, 'json')
  assert.deepEqual(Object.keys(answered), Object.keys(JSON.parse(shown!.code) as object))
  const letter = await until('the mail', () => sent[0])
  assert.deepEqual([letter.to, letter.language], ['r-1@example.com', 'en'])
  const line = await until('its line', () => lines.find((one) => one['task_id'] === answered['task']))
  assert.deepEqual([line.message, line['operation'], line['fired_by'], line['task_attempt']], [`TASK /sendApproval/${answered['task']} 200`, 'task:sendApproval', 'approveReturn', 1])
  assert.equal(sent.length, 1)
})

test('what says retry: false has failed at once, and is reported', async () => {
  const { task } = await approve('r-0')
  const report = await until('the report', () => lines.find((one) => one.kind === 'report' && (one['data'] as { task_id: string }).task_id === task))
  assert.equal(report['title'], 'the task sendApproval failed after one run: Nobody can be written to')
  assert.equal(report['fatal'], true)
})

test('an operation that is a task is answered with it, and its client waits for the result', async () => {
  const { answer } = project.services[0]!
  const accepted = await answer({ method: 'POST', path: '/returns/r-1/statement', query: '', headers: {}, sourceIp: '' })
  const shown = JSON.parse(codeBlocks(page, 'json')[1]!.code) as { id: string; status: string }
  const task = JSON.parse(String(accepted.body)) as typeof shown
  assert.deepEqual([accepted.status, accepted.headers['location'], Object.keys(task), task.status], [202, `/tasks/${task.id}`, Object.keys(shown), shown.status])
  const done = await until('its end', async () => {
    const seen = JSON.parse(String((await answer({ method: 'GET', path: accepted.headers['location']!, query: '', headers: {}, sourceIp: '' })).body)) as { status: string; result?: unknown }
    return seen.status === 'succeeded' && seen
  })
  assert.deepEqual(done.result, { pages: 3 })
  const waited = await answer({ method: 'POST', path: '/returns/r-22/statement', query: '', headers: { prefer: 'wait=5' }, sourceIp: '' })
  assert.deepEqual([waited.status, String(waited.body)], [200, '{"pages":4}'])
  const server = createServer((request, response) => void answer({ method: request.method!, path: request.url!, query: '', headers: request.headers as Record<string, string>, sourceIp: '' }).then(({ status, headers, body }) => response.writeHead(status, headers).end(body)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const { pagesOf } = (await import(pathToFileURL(join(fixture.root, 'functions/statements.ts')).href)) as { pagesOf(url: string, id: string): Promise<number[]> }
    assert.deepEqual(await pagesOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'r-333'), [5, 5])
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
})

test('a message of its queue is checked, and its mail follows once', async () => {
  const results = await project.consumers.send('approved', [{ id: 'r-9' }, { language: 'de' }])
  assert.deepEqual(results.map(({ result, error }) => [result, error]), [['done', undefined], ['dead', 'MESSAGE_INVALID']])
  const letter = await until('the mail', () => sent.find(({ to }) => to === 'r-9@example.com'))
  assert.equal(letter.language, 'en')
})

test('its schedule runs on Monday at eight in Berlin', async () => {
  let now = Date.parse('2027-03-29T05:59:00Z')
  const clocked = await openLocalProject({ root: fixture.root, inMemory: true, log: () => undefined, tasks: { now: () => now, ticks: true } })
  try {
    await until('the first look', () => readState(clocked.platform.database(), { kind: 'schedule', name: 'weekly' }))
    now = Date.parse('2027-03-29T06:00:00Z')
    const letter = await until('the reminder', () => sent.find(({ to }) => to === 'all@example.com'), 60_000)
    assert.equal(letter.language, 'the last 7 days before 2027-03-29T06:00:00.000Z')
  } finally {
    await clocked.close()
  }
})

test('its code compiles, and what does not fit the schema does not', async () => {
  await fixture.write('functions/wrong.ts', "import type { Context } from 'klue/runtime'\nimport { sendApproval } from './approvals.ts'\nexport async function wrong(context: Context): Promise<void> {\n  await context.fire(sendApproval, { ident: 'r-1' })\n}\n")
  await fixture.write('tsconfig.json', JSON.stringify({ extends: '../../../tsconfig.json', compilerOptions: { noEmit: true, declaration: false, isolatedDeclarations: false, incremental: false, rootDir: join(process.cwd()) }, include: ['functions'] }))
  const { stdout } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', fixture.root], { encoding: 'utf8' })
  assert.deepEqual(stdout.split('\n').filter((line) => /error TS/.test(line)).map((line) => line.replace(/^.*functions\//, '').replace(/\(.*/, '')), ['wrong.ts'], stdout)
})
