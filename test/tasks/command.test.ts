// klue tasks beside a running klue dev: what it lists and shows, and what its orders do.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { commands } from '../../src/cli/commands.ts'
import { runCommandLine } from '../../src/cli/run.ts'
import type { ProjectFixture } from '../dev/project-fixture.ts'
import { until } from './harness.ts'
import { makeTaskProject } from './task-project.ts'

let project: ProjectFixture
let child: ChildProcess
let url: string
before(async () => {
  project = await makeTaskProject({ 'klue-config.yaml': 'name: jobs\njwt_issuer: jobs\nschedules:\n  nightly: { task: flaky, cron: 0 3 * * *, input: { id: night } }\n' })
  child = spawn(process.execPath, ['--conditions=klue-source', '--import', 'tsx', 'test/tasks/served-project.ts', project.root], { stdio: ['ignore', 'pipe', 'ignore'] })
  let printed = ''
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (printed += text))
  url = await until('the server', () => printed.includes('\n') && printed.trim(), 240_000)
})
after(async () => {
  child.kill('SIGKILL')
  await once(child, 'exit')
  await project.remove()
})

/** What `klue tasks …` prints; what it refuses begins with its exit code. */
async function tasks(...words: string[]): Promise<string> {
  return klue('tasks', ...words)
}

async function klue(...words: string[]): Promise<string> {
  const printed: string[] = []
  const output = { hasColor: false, print: (text: string) => void printed.push(text), printError: (text: string) => void printed.push(text), printJson: (value: unknown) => void printed.push(JSON.stringify(value)) }
  const code = await runCommandLine({ root: project.root, words, commands, output })
  return `${code === 0 ? '' : `${code} `}${printed.join('\n')}`
}

interface Shown {
  id: string
  status: string
  failed_runs: number
  updated: string
  waits?: string
  [fact: string]: unknown
}

const show = async (id: string): Promise<Shown> => JSON.parse(await tasks('show', id, '--json')) as Shown
const reached = (id: string, status: string): Promise<Shown> => until(`${status} of ${id}`, async () => {
  const shown = await show(id)
  return shown.status === status && shown
}, 240_000)

async function fire(task: string, input: object, options?: object): Promise<string> {
  const answer = await fetch(`${url}/fire/${task}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ inputs: [input], ...(options === undefined ? {} : { options }) }) })
  return ((await answer.json()) as { id: string }[])[0]!.id
}

test('list has tasks with their states, the newest first, by name and status; show masks the input', async () => {
  assert.equal(await tasks('list'), 'No task was found')
  const good = await fire('work', { id: 'a', password: 'to-be-hidden' })
  await reached(good, 'succeeded')
  const bad = await fire('hopeless', { id: 'b' })
  await reached(bad, 'failed')
  const later = await fire('work', { id: 'c' }, { delaySeconds: 3000, key: 'k' })
  const lines = (await tasks('list')).split('\n')
  assert.deepEqual(lines.map((line) => line.split(/\s+/).slice(0, 2)), [[later, 'scheduled'], [bad, 'failed'], [good, 'succeeded']])
  assert.match(lines[1]!, /hopeless {2}after 1 of 5 runs: HOPELESS It never will$/)
  assert.match(lines[0]!, /work {2}runs at 20\S+Z$/)
  assert.equal((await tasks('list', '--status', 'failed')).split('\n').length, 1)
  assert.equal((await tasks('list', '--task', 'work')).split('\n').length, 2)
  assert.equal((await tasks('list', '--limit', '1')).split('\n').length, 1)
  assert.deepEqual((JSON.parse(await tasks('list', '--json')) as Shown[]).map(({ id }) => id), [later, bad, good])
  const shown = await show(good)
  assert.deepEqual([shown['input'], shown['result'], shown['fired_by'], shown.failed_runs], [{ id: 'a', password: '********' }, { id: 'a', times: 1 }, 'fireTask', 0])
  assert.match(await tasks('show', good), /^input {9}\{"id":"a","password":"\*{8}"\}$/m)
  assert.equal(await tasks('cancel', later), `The task ${later} is cancelled`)
  assert.match(await tasks('cancel', later), new RegExp(`the task ${later} is cancelled and cannot be cancelled \\(only tasks that wait or run can be\\)`))
  assert.equal(await tasks('redrive', bad), `The task ${bad} runs again`)
  assert.match(await tasks('redrive', good), new RegExp(`the task ${good} is succeeded and cannot be run again \\(only failed and cancelled ones can be\\)`))
  const again = await reached(bad, 'failed')
  assert.equal(again.failed_runs, 1)
  assert.ok(again.updated > (lines[1]!.split(/\s+/)[2] ?? ''))
  assert.equal(await tasks('redrive', '--task', 'hopeless'), '1 task runs again')
  await reached(bad, 'failed')
})

test('run accepts a task by its name, or that of a schedule with its input', async () => {
  const [, id] = /^The task (\S+) of work is accepted, and runs within seconds\nIts worker checks the input then: "klue tasks show \S+" tells how it ends$/.exec(await tasks('run', 'work', '--input', '{"id":"by hand"}')) ?? []
  const shown = await reached(id!, 'succeeded')
  assert.deepEqual([shown['input'], shown['fired_by'], shown['attempts']], [{ id: 'by hand' }, 'klue tasks run', 3])
  const scheduled = JSON.parse(await tasks('run', 'nightly', '--json')) as { id: string; name: string }
  assert.equal(scheduled.name, 'flaky')
  const done = await reached(scheduled.id, 'succeeded')
  assert.deepEqual([done['input'], done['fired_by']], [{ id: 'night' }, 'schedule:nightly'])
  const { id: unfit } = JSON.parse(await tasks('run', 'work', '--json')) as { id: string }
  const refused = await reached(unfit, 'failed')
  assert.deepEqual([refused.failed_runs, refused['error']], [0, { status: 500, error: 'TASK_INPUT_INVALID', error_description: 'The input of the task work does not fit its schema: /input/id is required' }])
})

test('cancel ends one that runs', async () => {
  const id = await fire('long', { id: 'l' })
  await reached(id, 'running')
  assert.equal(await tasks('cancel', id), `The task ${id} is cancelled; its run is aborted within seconds`)
  assert.equal((await show(id)).status, 'cancelled')
})

test('pause lets no run begin, and resume lets them begin again', async () => {
  assert.equal(await tasks('pause', 'wrong'), 'No run of wrong begins until "klue tasks resume wrong"; those under way go on')
  assert.equal(await tasks('pause', 'wrong'), 'wrong is paused already')
  // The worker asks at most once a second: whoever it lets through is not held back, so another one is fired.
  const waiting = await until('one that waits', async () => {
    const id = await fire('wrong', { id: 'p' })
    return await until('its fate', async () => {
      const { status, waits } = await show(id)
      return waits === 'resume' ? id : status === 'failed' ? 'passed' : undefined
    }, 240_000).then((fate) => fate !== 'passed' && fate)
  }, 240_000)
  assert.match(await tasks('list', '--task', 'wrong'), new RegExp(`${waiting} {2}queued .* wrong {2}waits for klue tasks resume`))
  assert.equal((await show(waiting)).failed_runs, 0)
  assert.equal(await tasks('resume', 'wrong'), 'Runs of wrong begin again; those that wait within two minutes')
  await reached(waiting, 'failed')
})

test('klue replay fires the task of a failed run once more into the service that runs here', async () => {
  const { error } = await reached(await fire('hopeless', { id: 'again' }), 'failed')
  const { error_id: errorId } = error as { error_id: string }
  const printed = await until('the record of the run', async () => {
    const text = await klue('replay', errorId)
    return !text.includes('there is no record') && text
  }, 240_000)
  const [, id] = /^1 TASK hopeless (\S+)\nfailed: HOPELESS It never will$/.exec(printed) ?? []
  assert.ok(id !== undefined, printed)
  const shown = await show(id)
  assert.deepEqual([shown['fired_by'], shown['attempts'], shown['input']], ['klue replay', 1, { id: 'again' }])
  assert.match(await klue('replay', errorId, '--url', url), /the run of a task is replayed by klue dev alone \(leave --url out\)/)
})

test('what cannot be is told in a sentence', async () => {
  const cases: [string[], RegExp][] = [
    [[], /klue tasks wants to be told what to do \(for example "klue tasks list"\)/],
    [['show'], /klue tasks show wants the id of a task \("klue tasks list" shows them\)/],
    [['show', 'nothing'], /there is no task "nothing" \("klue tasks list" shows them; --stage names the stage\)/],
    [['list', '--status', 'done'], /there is no status "done" \(it is one of scheduled, queued, running, succeeded, failed, cancelled\)/],
    [['list', '--limit', '0'], /--limit "0" is no number of tasks \(give a whole number from 1 to 10000\)/],
    [['list', '--since', 'ever'], /--since ever is no duration/],
    [['pause'], /klue tasks pause wants the name of a task \(for example "klue tasks pause sendApproval"\)/],
    [['run'], /klue tasks run wants the name of a task or a schedule \(for example "klue tasks run sendDigest"\)/],
    [['run', 'wrok'], /there is no task and no schedule "wrok" \(did you mean "work"\?\)/],
    [['run', 'work', '--input', '{id}'], /--input is no JSON: .* \(for example --input '\{"id":"r-1"\}'\)/],
    [['cancel', 'a', 'b'], /klue tasks cancel takes one name or id/],
  ]
  for (const [words, sentence] of cases) assert.match(await tasks(...words), sentence, words.join(' '))
})
