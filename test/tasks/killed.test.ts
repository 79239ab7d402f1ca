// klue dev is killed while tasks run, wait and are not due: the next start does them all.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { ProjectFixture } from '../dev/project-fixture.ts'
import { until } from './harness.ts'
import { makeTaskProject, tasksApi } from './task-project.ts'

const service = `import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { toLambda } from 'klue/lambda'
import { defineService, defineTask } from 'klue/runtime'
import { jobs, Work } from './gen/jobs.ts'

const tell = (text) => appendFileSync('PLACE', text + '\\n')
const note = defineTask('note', { input: Work, attempts: 5, backoff: { firstSeconds: 0 }, concurrency: 1 }, async (input, context) => {
  await context.once('effect', () => tell('effect ' + input.id))
  tell('run ' + input.id + ' ' + context.task.attempt)
  // The first run of this one never ends by itself.
  if (input.id === 'long' && context.task.attempt === 1) await sleep(600_000, undefined, { signal: context.signal })
  tell('end ' + input.id)
})
const tasks = { note }
export const service = defineService({ spec: jobs, tasks: [note], handlers: {
  fireTask: ({ path, body }, context) => Promise.all(body.inputs.map((input) => context.fire(tasks[path.task], input, body.options))),
  fireSecure: () => ({}), whoami: () => ({}),
} })
export const handler = toLambda(service)
`

let project: ProjectFixture
let place: string
let child: ChildProcess | undefined

before(async () => {
  project = await makeTaskProject()
  place = join(project.root, 'told.txt')
  await project.write('apis/jobs.yaml', tasksApi)
  await project.write('functions/jobs.ts', service.replace('PLACE', place))
})
after(async () => {
  if (child !== undefined && child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  await project.remove()
})

async function start(): Promise<string> {
  const started = spawn(process.execPath, ['--conditions=klue-source', '--import', 'tsx', 'test/tasks/served-project.ts', project.root], { stdio: ['ignore', 'pipe', 'ignore'] })
  child = started
  let printed = ''
  started.stdout!.setEncoding('utf8').on('data', (text: string) => (printed += text))
  return await until('the server', () => {
    assert.equal(started.exitCode, null)
    return printed.includes('\n') && printed.trim()
  }, 60_000)
}

async function kill(): Promise<void> {
  child!.kill('SIGKILL')
  await once(child!, 'exit')
}

const told = (): string[] => (existsSync(place) ? readFileSync(place, 'utf8').trim().split('\n') : [])

test('after kill -9 and a restart every accepted task is done, and no recorded step is repeated', async () => {
  const url = await start()
  const fire = async (id: string, options?: object): Promise<void> => {
    const answer = await fetch(`${url}/fire/note`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ inputs: [{ id }], ...(options === undefined ? {} : { options }) }) })
    assert.equal(answer.status, 200, await answer.text())
  }
  await fire('short')
  await until('the first', () => told().includes('end short'))
  await fire('long')
  await until('the long one', () => told().includes('run long 1'))
  await fire('waiting')
  await fire('later', { delaySeconds: 3 })
  await kill()
  assert.equal(told().includes('end long'), false)
  await start()
  await until('all of them', () => ['long', 'waiting', 'later'].every((id) => told().includes(`end ${id}`)), 90_000)
  for (const id of ['short', 'long', 'waiting', 'later']) assert.equal(told().filter((line) => line === `effect ${id}`).length, 1, id)
  assert.deepEqual(told().filter((line) => line.startsWith('run long')), ['run long 1', 'run long 2'])
  // Who was done is not run again.
  assert.deepEqual(told().filter((line) => line.startsWith('run short')), ['run short 1'])
})
