// Drills: what klue deploy does with good versions, with bad ones, with a crash at every step, and with somebody else at the same stage.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before } from 'node:test'
import type { Caller } from '../platform/calls/one-table.ts'
import { readAll } from '../platform/calls/read-stream.ts'
import { callAws } from './aws.ts'
import { type Cloud, startCloud } from './cloud.ts'
import { bootstrap } from './commands.ts'
import { inOrder } from './in-order.ts'
import { callThroughout, type Ended, type PipelineRun, runPipeline } from './pipeline-commands.ts'
import { codeBlocks } from '../rules/pages.ts'
import { commit, makeRepository } from './pipeline-project.ts'
import { copyReference, stage } from './project.ts'
import { functions, stacks } from './stack.ts'

let cloud: Cloud
let project: string
let kit: string
let url = ''

before(async () => {
  cloud = await startCloud('pipeline')
  kit = copyReference(join(cloud.folder, 'kit'))
  project = makeRepository(join(cloud.folder, 'hello'), kit)
})
after(() => cloud.stop())

const drill = inOrder(() => cloud)

const ran = new Set<string>()
const run = (words: readonly string[], onEvent?: PipelineRun['onEvent']): Promise<Ended> => {
  ran.add(words.filter((word) => word !== '--json').join(' '))
  return runPipeline({ cloud, project, kit, words, ...(onEvent === undefined ? {} : { onEvent }) })
}
const deploy = (words: readonly string[] = [], onEvent?: PipelineRun['onEvent']): Promise<Ended> => run(['deploy', '--stage', stage, '--yes', '--json', ...words], onEvent)
const allowed = ['--allow-breaking', 'hello=moved for the drill']
const states = ({ events }: Ended): string[] => events.flatMap(({ step, state }) => (state === 'done' || state === 'skipped' || state === 'failed' ? [`${String(step)} ${String(state)}`] : []))
const greeting = async (path = 'greetings'): Promise<string> => ((await (await fetch(`${url}/${path}/Ann`)).json()) as { text: string }).text

drill('cdk bootstrap prepares the account', () => bootstrap({ cloud, project }))

drill('the first version goes live at once', async () => {
  commit(project, { word: 'One' })
  const ended = await deploy()
  assert.equal(ended.code, 0, ended.printed.slice(-4000))
  assert.deepEqual(states(ended), ['version done', 'test done', 'synth done', 'gate skipped', 'confirm done', 'candidate skipped', 'suite skipped', 'shift done', 'prove done', 'record done'])
  const id = /^https?:\/\/(\w+)\./.exec((ended.outcome['urls'] as Record<string, string>)['Url']!)![1]!
  url = `${cloud.endpoint}/_aws/execute-api/${id}/$default`
  assert.equal(await greeting('hello'), 'One Ann')
})

drill('a change that breaks callers is refused, with what it breaks', async () => {
  commit(project, { word: 'Two', path: '/greetings/{name}' })
  const ended = await deploy()
  assert.equal(ended.code, 3, ended.printed.slice(-4000))
  assert.deepEqual(states(ended).at(-1), 'gate failed')
  assert.match(String(ended.outcome['output']), /hello.*\/paths\/~1hello~1\{name\}.*called [\d,]+ times? in 30 days/)
  assert.equal(await greeting('hello'), 'One Ann')
})

drill('a deployment that is killed at any step can be repeated; the reason of what was let through stays', async () => {
  const steps = ['version', 'test', 'synth', 'gate', 'confirm', 'candidate', 'suite', 'shift', 'prove', 'record']
  for (const step of steps) {
    let current: unknown
    // Where CloudFormation is at work, in the middle of that.
    const isThere = ({ state, note }: Record<string, unknown>): boolean => (step === 'candidate' || step === 'shift' ? /UPDATE_IN_PROGRESS/.test(String(note)) : state === 'started')
    const killed = await deploy([...allowed, '--verbose'], (event, kill) => {
      if (event['state'] === 'started') current = event['step']
      if (current === step && isThere(event)) kill()
    })
    assert.equal(killed.code, undefined, `${step}: ${killed.printed.slice(-4000)}`)
  }
  const ended = await deploy(allowed)
  assert.equal(ended.code, 0, ended.printed.slice(-4000))
  assert.equal(await greeting(), 'Two Ann')
  const [newest] = await versions()
  assert.deepEqual(newest!.allowed.map(({ operation, reason }) => [operation, reason]), [['hello', 'moved for the drill']])
})

drill('klue rollback moves live back, and the same commit deployed again moves it on', async () => {
  const back = await run(['rollback', '--stage', stage, '--yes', '--json'])
  assert.equal(back.code, 0, back.printed.slice(-4000))
  assert.equal(await greeting('hello'), 'One Ann')
  const again = await deploy(allowed)
  assert.equal(again.code, 0, again.printed.slice(-4000))
  assert.deepEqual(states(again), ['version', 'test', 'synth', 'gate', 'confirm', 'candidate', 'suite', 'shift', 'prove', 'record'].map((step) => `${step} done`))
  assert.equal(await greeting(), 'Two Ann')
  const history = await versions()
  assert.deepEqual(history.map(({ state }) => state), ['live', 'live', 'rolled back', 'live'])
  assert.ok(history.every(({ who, functions: numbers }) => who.startsWith('arn:') && numbers['hello']! > 0))
})

drill('a version whose suite fails never takes traffic, and a going back that is killed can be repeated', async () => {
  commit(project, { word: 'Three', fails: 'everywhere', path: '/greetings/{name}' })
  const calls = callThroughout(`${url}/greetings/Ann`)
  const killed = await deploy([], ({ step, state }, kill) => step === 'back' && state === 'started' && kill())
  assert.equal(killed.code, undefined, killed.printed.slice(-4000))
  const ended = await deploy()
  assert.deepEqual(await calls.stop().then(Object.keys), ['200 {"text":"Two Ann"}'], ended.printed.slice(-4000))
  assert.equal(ended.code, 4, ended.printed.slice(-4000))
  assert.deepEqual(states(ended).slice(-3), ['candidate done', 'suite failed', 'back done'])
  assert.match(String(ended.outcome['output']), /it greets/)
  assert.equal((await functions(cloud)).some(({ FunctionName: name }) => /Candidate/.test(name)), false, 'the candidate is still there')
})

drill('a version that fails after the shift goes back without an error for callers; a second deployment meanwhile refuses', async () => {
  commit(project, { word: 'Four', fails: 'at live', path: '/greetings/{name}' })
  const calls = callThroughout(`${url}/greetings/Ann`)
  let second: Promise<Ended> | undefined
  const ended = await deploy([], ({ step, state }) => {
    if (step === 'candidate' && state === 'started') second = deploy()
  })
  const seen = await calls.stop()
  assert.equal(ended.code, 4, ended.printed.slice(-4000))
  assert.deepEqual(states(ended).slice(-3), ['shift done', 'prove failed', 'back done'])
  assert.deepEqual(Object.keys(seen).sort(), ['200 {"text":"Four Ann"}', '200 {"text":"Two Ann"}'])
  assert.equal(await greeting(), 'Two Ann')
  const refused = await second!
  assert.equal(refused.code, 6, refused.printed.slice(-4000))
  assert.match(String(refused.outcome['lines']), /deploys \d{6}-\d{4}-4-[0-9a-f]{6} since/)
})

drill('a table comes with its migrations: one before live moves, one after it has', async () => {
  commit(project, { word: 'Five', path: '/greetings/{name}', migrates: true })
  const ended = await deploy()
  assert.equal(ended.code, 0, ended.printed.slice(-4000))
  assert.deepEqual(states(ended).slice(-6), ['suite done', 'before done', 'shift done', 'prove done', 'record done', 'after done'])
  const status = await run(['data', 'status', '--stage', stage, '--json'])
  const ran = JSON.parse(status.printed) as { name: string; state: string; when: string; version: string; who: string }[]
  assert.deepEqual(ran.map(({ name, state, when }) => [name, state, when]), [['001-begin', 'done', 'before-live'], ['002-end', 'done', 'after-live']])
  assert.ok(ran.every(({ version, who }) => version === ended.outcome['version'] && who.startsWith('arn:')))
  assert.match((await run(['data', 'export', 'notes', '--stage', stage])).printed, /"text":\{"S":"ended"\}/)
})

drill('its functions write in transactions, hold unique values, what migrations wrote too, and the stream tells every change', async () => {
  const put = async (notes: Record<string, string>): Promise<string> => {
    const answer = await fetch(`${url}/notes`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(Object.entries(notes).map(([id, title]) => ({ id, title, text: 'kept' }))) })
    const said = (await answer.json()) as { error?: string; property?: string; action?: number }
    return answer.ok ? '200' : `${answer.status} ${said.error} ${said.property} ${said.action}`
  }
  assert.equal(await put({ a: 'x', b: 'y' }), '200')
  // All or nothing: what comes before the value that is taken is not written either.
  assert.equal(await put({ c: 'z', d: 'y' }), '409 UNIQUE_CONFLICT title 1')
  assert.equal(await put({ c: 'first' }), '409 UNIQUE_CONFLICT title 0')
  assert.equal(await put({ c: 'z', one: 'second' }), '200')
  const calls: Caller = async (operation, input) => ({ status: 200, error: undefined, body: await callAws({ endpoint: cloud.endpoint, service: 'dynamodb', target: operation.includes('.') ? operation : `DynamoDB_20120810.${operation}`, input: { ...input } }) })
  const told = (await readAll(calls, `hello-${stage}-notes`)).map(({ eventName, dynamodb }) => [eventName, ...[dynamodb.OldImage, dynamodb.NewImage].map((image) => (image === undefined ? '' : `${(image['title'] as { S: string }).S} ${(image['text'] as { S: string }).S}`))])
  assert.deepEqual(told.slice(0, 2), [['INSERT', '', 'first begun'], ['MODIFY', 'first begun', 'first ended']])
  assert.deepEqual(told.slice(2).sort(), [['INSERT', '', 'x kept'], ['INSERT', '', 'y kept'], ['INSERT', '', 'z kept'], ['MODIFY', 'first ended', 'second kept']])
})

drill('klue diff shows what a deployment would change', async () => {
  const same = await run(['diff', '--stage', stage])
  assert.equal(same.code, 0, same.printed.slice(-4000))
  assert.match(same.printed, /Documents: 0 changes/)
})

drill('klue remove takes the stage away', async () => {
  const ended = await run(['remove', '--stage', stage, '--yes', '--json'])
  assert.equal(ended.code, 0, ended.printed.slice(-4000))
  assert.deepEqual([await stacks(cloud), await functions(cloud)], [[], []])
})

drill('every command of the guide was run', async () => {
  const blocks = codeBlocks('docs/guide/pipeline.md', '').flatMap(({ code }) => code.split('\n'))
  const commands = blocks.flatMap((line) => /^\$ npx klue (.+)$/.exec(line)?.[1] ?? []).map((command) => command.replace('--stage ann', `--stage ${stage}`).replaceAll("'", ''))
  assert.ok(commands.length >= 6)
  assert.deepEqual(commands.filter((command) => !ran.has(command)), [])
})

interface ShownVersion {
  state: string
  who: string
  functions: Record<string, number>
  allowed: { operation: string; reason: string }[]
}

async function versions(): Promise<ShownVersion[]> {
  const { printed } = await run(['versions', '--stage', stage, '--json'])
  return JSON.parse(printed) as ShownVersion[]
}
