// Tasks as a service sees them: fired by requests, run in the process of klue dev, by the rules of the reference.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openHarness, until, type Harness } from './harness.ts'

let jobs: Harness
before(async () => (jobs = await openHarness()))
after(() => jobs.close())

const ended = (id: string, status: string): Promise<unknown> => until(`${status} of ${id}`, async () => (await jobs.task(id))?.state.status === status)
const of = (name: string, id?: string): Harness['told'] => jobs.told.filter((one) => one.name === name && (id === undefined || one['id'] === id))

test('a fired task runs with its input completed, its own context and the call id of the request', async () => {
  const id = await jobs.fire('work', { id: 'plain' })
  await ended(id, 'succeeded')
  const run = jobs.told.find((one) => one.name === 'work' && (one['input'] as { id: string }).id === 'plain')!
  assert.deepEqual(run['input'], { id: 'plain', times: 1 })
  assert.deepEqual([(run['task'] as { id: string }).id, (run['task'] as { attempt: number }).attempt, (run['task'] as { firedBy: string }).firedBy], [id, 1, 'fireTask'])
  const request = jobs.lines.find((line) => line['path'] === '/fire/work')!
  assert.equal(run['callId'], request['call_id'])
  assert.deepEqual((await jobs.task(id))!.state.result, { id: 'plain', times: 1 })
  assert.equal((await jobs.task(id))!.input, '{"id":"plain"}')
})

test('each run is a line of its own, with its events, masked input and the id of its task', async () => {
  const id = await jobs.fire('work', { id: 'line', password: 'to-be-hidden' })
  await ended(id, 'succeeded')
  const line = await until('the line', () => jobs.lines.find((one) => one['task_id'] === id))
  assert.deepEqual([line.kind, line['operation'], line['method'], line['status'], line['task_attempt'], line['fired_by']], ['request', 'task:work', 'TASK', 200, 1, 'fireTask'])
  assert.deepEqual(line['data'], { id: 'line', password: '********' })
  assert.deepEqual((line['trace'] as { name: string }[]).map(({ name }) => name), ['at work'])
})

test('wrong input is refused where it is fired, with its place, and nothing is written', async () => {
  const { status, json } = await jobs.send('/fire/work', { inputs: [{ id: '', more: 1 }] })
  assert.deepEqual([status, (json as { error: string }).error], [500, 'TASK_INPUT_INVALID'])
  assert.deepEqual((json as { errors: { pointer: string }[] }).errors.map(({ pointer }) => pointer).sort(), ['/input/id', '/input/more'])
  const large = await jobs.send('/fire/work', { inputs: [{ id: 'x', note: 'x'.repeat(256 * 1024) }] })
  assert.deepEqual([large.status, (large.json as { error: string }).error], [500, 'TASK_INPUT_TOO_LARGE'])
  assert.match((large.json as { error_description: string }).error_description, /262\d{3} bytes, and 262144 is the most: store it and pass its key/)
})

test('wrong options, times, keys and tasks are told in a sentence with their place', async () => {
  const cases: [string, object, RegExp][] = [
    ['work', { delaySeconds: -1 }, /context\.fire\(work\): delaySeconds must be a number of seconds from 0 to 31622400, not -1/],
    ['work', { delaySeconds: 40_000_000 }, /delaySeconds must be .* not 40000000/],
    ['work', { delaySeconds: 1, runAt: '2030-01-01' }, /delaySeconds and runAt exclude each other \(give one of them\)/],
    ['work', { runAt: 'soon' }, /runAt must be a time of at most a year ahead, not soon \(give a Date, or a text such as/],
    ['work', { runAt: '2090-01-01' }, /at most a year ahead/],
    ['work', { key: '' }, /key must be a text of 1 to 1000 characters/],
    ['stranger', {}, /the task stranger is none of the service's \(add it to tasks of defineService\)/],
    ['nothing', {}, /context\.fire: the first argument is no task \(pass what defineTask returns\)/],
  ]
  for (const [task, options, sentence] of cases) {
    const { status, json } = await jobs.send(`/fire/${task}`, { inputs: [{ id: 'w' }], options })
    assert.equal(status, 500)
    assert.match((json as { error_description: string }).error_description, sentence)
  }
})

test('what fails runs again, with its recorded steps, until it succeeds', async () => {
  const id = await jobs.fire('flaky', { id: 'third', times: 3 })
  await ended(id, 'succeeded')
  assert.deepEqual(of('flaky', 'third').map((one) => one['attempt']), [1, 2, 3])
  assert.equal(of('step', 'third').length, 1)
  assert.deepEqual(of('flaky', 'third').map((one) => one['first']), Array.from({ length: 3 }, () => ({ at: 1, day: '1970-01-01T00:00:00.000Z' })), 'the first run sees what was recorded, too')
  assert.equal((await jobs.task(id))!.state.attempt, 2)
})

test('after the last attempt it is failed, and reported once as fatal; its lines are not reported themselves', async () => {
  const id = await jobs.fire('flaky', { id: 'never', times: 99 })
  await ended(id, 'failed')
  assert.deepEqual(of('flaky', 'never').map((one) => one['attempt']), [1, 2, 3])
  const { state } = (await jobs.task(id))!
  assert.deepEqual([state.attempt, state.error?.error, state.error?.error_description], [3, 'UNHANDLED_SERVER_ERROR', 'not yet never'])
  const reports = jobs.lines.filter((line) => line.kind === 'report' && (line['data'] as { task_id?: string }).task_id === id)
  assert.deepEqual(reports.map((line) => [line['operation'], line['title'], line['fatal']]), [['task:flaky', 'the task flaky failed after 3 runs: not yet never', true]])
  assert.deepEqual(jobs.lines.filter((line) => line['task_id'] === id).map((line) => [line['task_attempt'], line['status'], line['muted']]), [[1, 500, true], [2, 500, true], [3, 500, true]])
})

test('an error with retry: false ends it at once', async () => {
  const id = await jobs.fire('hopeless', { id: 'h' })
  await ended(id, 'failed')
  assert.equal(of('hopeless').length, 1)
  assert.deepEqual((await jobs.task(id))!.state.error?.error, 'HOPELESS')
})

test('a result that does not fit its schema fails the task', async () => {
  const id = await jobs.fire('wrong', { id: 'w' })
  await ended(id, 'failed')
  const { state } = (await jobs.task(id))!
  assert.deepEqual([state.attempt, state.error?.error], [1, 'TASK_RESULT_INVALID'])
  assert.match(state.error!.error_description, /\/result\/times must be integer/)
})

test('a run is ended at its time limit, and its signal aborts', async () => {
  const id = await jobs.fire('brief', { id: 'b' })
  await ended(id, 'failed')
  assert.equal((await jobs.task(id))!.state.error?.error, 'DEADLINE_EXCEEDED')
  await until('the abort', () => of('aborted').length === 1)
})

test("when: 'answered' fires only if the request succeeds", async () => {
  const refused = await jobs.send('/fire/work', { inputs: [{ id: 'refused' }], options: { when: 'answered' }, fail: 'yes' })
  assert.equal(refused.status, 409)
  const id = await jobs.fire('work', { id: 'answered' }, { when: 'answered' })
  await ended(id, 'succeeded')
  assert.equal(jobs.told.some((one) => one.name === 'work' && (one['input'] as { id: string }).id === 'refused'), false)
})

test('fireAll fires many, and gives an id for each', async () => {
  const { json } = await jobs.send('/fire/work', { inputs: Array.from({ length: 25 }, (_, index) => ({ id: `many ${index}` })) })
  const ids = (json as { id: string }[]).map(({ id }) => id)
  assert.equal(new Set(ids).size, 25)
  for (const id of ids) await ended(id, 'succeeded')
})

test('no more than `concurrency` runs are under way, and those that wait lose no attempt', async () => {
  let [now, most] = [0, 0]
  const waiting: (() => void)[] = []
  jobs.hooks['narrow'] = async () => {
    most = Math.max(most, (now += 1))
    await new Promise<void>((resolve) => waiting.push(resolve))
    now -= 1
  }
  const { json } = await jobs.send('/fire/narrow', { inputs: Array.from({ length: 6 }, (_, index) => ({ id: `n${index}` })) })
  const ids = (json as { id: string }[]).map(({ id }) => id)
  await until('those that wait', async () => (await Promise.all(ids.map((id) => jobs.task(id)))).filter((one) => one!.state.waits === 'slot').length === 4)
  for (let done = 0; done < 6; done += 1) (await until('a run', () => waiting.shift()))()
  for (const id of ids) await ended(id, 'succeeded')
  assert.equal(most, 2)
  assert.deepEqual(await Promise.all(ids.map(async (id) => (await jobs.task(id))!.state.attempt)), [0, 0, 0, 0, 0, 0])
})

test('tasks of one key run one at a time, in the order in which they were fired; others do not wait for them', async () => {
  const order: string[] = []
  const waiting: (() => void)[] = []
  jobs.hooks['keyed'] = async ({ id }) => {
    order.push(id)
    if (id.startsWith('a')) await new Promise<void>((resolve) => waiting.push(resolve))
  }
  const ids: string[] = []
  for (const id of ['a1', 'a2', 'a3']) {
    ids.push(await jobs.fire('keyed', { id }, { key: 'a' }))
    if (ids.length === 1) await until('the first', () => order.length === 1)
    else await until('the wait', async () => (await jobs.task(ids.at(-1)!))?.state.waits === 'slot')
  }
  ids.push(await jobs.fire('keyed', { id: 'b1' }, { key: 'b' }))
  await ended(ids[3]!, 'succeeded')
  for (let done = 0; done < 3; done += 1) (await until('a run', () => waiting.shift()))()
  for (const id of ids) await ended(id, 'succeeded')
  assert.deepEqual(order, ['a1', 'b1', 'a2', 'a3'])
})

test('within the window of a key there is one task, and whoever fires again gets its id', async () => {
  const first = await jobs.send('/fire/windowed', { inputs: [{ id: 'once' }], options: { key: 'k' } })
  const second = await jobs.send('/fire/windowed', { inputs: [{ id: 'once' }], options: { key: 'k' } })
  const [one, two] = [first, second].map(({ json }) => (json as { id: string; isNew: boolean }[])[0]!)
  assert.deepEqual([one!.isNew, two!.isNew, one!.id === two!.id], [true, false, true])
  const other = await jobs.fire('windowed', { id: 'once' }, { key: 'other' })
  await ended(one!.id, 'succeeded')
  await ended(other, 'succeeded')
  assert.equal(of('windowed').length, 2)
})

test('who fired travels, and the worker makes a short token for calls', async () => {
  const token = await jobs.token('ann', { claims: { scope: 'a b' }, expiresIn: 60 })
  await jobs.send('/secure/calling', { id: 'c' }, token)
  const { answer } = (await until('the call', () => of('calling')[0])) as unknown as { answer: { id: string; claims: { scope: string; exp: number; iat: number } } }
  assert.deepEqual([answer.id, answer.claims.scope], ['ann', 'a b'])
  // No longer than what is left of the caller's own.
  assert.ok(answer.claims.exp - answer.claims.iat <= 60, String(answer.claims.exp - answer.claims.iat))
  const { json } = await jobs.send('/secure/work', { id: 'identity' }, token)
  await ended((json as { id: string }).id, 'succeeded')
  const stored = JSON.stringify(await jobs.task((json as { id: string }).id))
  assert.ok(!stored.includes(token) && !stored.includes('eyJ'), 'no token is kept')
})

test('a task may fire another one, under the same call id', async () => {
  await jobs.fire('parent', { id: 'p' })
  const child = await until('the child', () => jobs.told.find((one) => one.name === 'work' && (one['input'] as { id: string }).id === 'child of p'))
  const line = jobs.lines.find((one) => one['operation'] === 'task:parent')!
  assert.deepEqual([child['callId'], (child['task'] as { firedBy: string }).firedBy], [line['call_id'], 'task:parent'])
})
