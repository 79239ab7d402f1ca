// The function that runs tasks as it is bundled: made by the kit, or by functions/jobs.ts; what fires loads nothing more at its start.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { bundleFunction, findEntries } from '../../src/bundle/index.ts'
import { compileConfig, loadConfig } from '../../src/config/build.ts'
import { bundleEntries } from '../../src/infra/bundle-entries.ts'
import { bundleWorker } from '../../src/infra/bundle-worker.ts'
import type { PreparedFunction, PreparedWorker } from '../../src/infra/project.ts'
import { generate } from '../../src/openapi/index.ts'
import { bytesOf, traceStart } from '../bundle/loaded-by-start.ts'
import { makeProject, notesApi, notesService, type ProjectFixture } from '../dev/project-fixture.ts'

const api = `${notesApi}    Told:\n      x-klue-schema: true\n      type: object\n      properties:\n        id: { type: string }\n`
const withTasks = (...names: string[]): string =>
  notesService.replace(/import \{([^}]*)\} from 'klue\/runtime'/, "import { defineTask,$1} from 'klue/runtime'").replace('{ Note, notes }', '{ Note, notes, Told }')
    .replace('defineService({', `defineService({\n  tasks: [${names.map((name, index) => `defineTask('${name}', { input: Told, timeoutSeconds: ${100 * (index + 1)} }, () => undefined)`).join(', ')}],`)

async function make(context: TestContext, files: Record<string, string>): Promise<ProjectFixture> {
  const project = await makeProject({ 'apis/notes.yaml': api, 'functions/notes.ts': withTasks('sendNote', 'keepNote'), 'klue-config.yaml': 'name: notes\n', ...files })
  context.after(project.remove)
  return project
}

interface Prepared {
  functions: PreparedFunction[]
  worker: PreparedWorker | undefined
}

async function prepare(root: string): Promise<Prepared> {
  await generate(root)
  const entries = findEntries(root, 'notes')
  const [folder, loaded] = [join(root, 'out'), loadConfig({ root, stage: 'dev', env: {}, unset: 'leave out' })]
  const functions = await bundleEntries({ root, entries, folder, loaded })
  return { functions, worker: await bundleWorker({ root, folder, loaded, functions, entries }) }
}

async function faultsOf(root: string): Promise<[code: string, file: string, message: string][]> {
  const error: unknown = await prepare(root).then(() => assert.fail('it was prepared'), (thrown: unknown) => thrown)
  return ((error as { faults?: { code: string; file: string; message: string }[] }).faults ?? []).map(({ code, file, message }) => [code, file, message])
}

test('without a file of its own the kit makes the worker, of every service that lists tasks', async (context) => {
  const { root } = await make(context, {})
  const { worker, functions } = await prepare(root)
  assert.deepEqual([worker!.timeoutSeconds, worker!.tables[0]!.table], [200, 'klue'])
  assert.ok(worker!.secrets.includes('jwt_secret'))
  const { handler } = (await import(pathToFileURL(join(worker!.folder, 'index.mjs')).href)) as { handler: { services: { tasks: { name: string }[] }[] } }
  assert.deepEqual(handler.services.flatMap(({ tasks }) => tasks.map(({ name }) => name)), ['sendNote', 'keepNote'])
  assert.equal((JSON.parse(readFileSync(join(worker!.folder, 'klue-config.json'), 'utf8')) as { stage: string }).stage, 'dev')
  assert.deepEqual(JSON.parse(readFileSync(join(functions[0]!.folder, 'klue-tasks.json'), 'utf8')), ['sendNote', 'keepNote'])
})

test('functions/jobs.ts is the worker where it starts one, and no API', async (context) => {
  const { root } = await make(context, { 'functions/jobs.ts': "import { toWorker } from 'klue/lambda'\nimport { service } from './notes.ts'\nexport const handler = toWorker(service)\n" })
  const { worker, functions } = await prepare(root)
  assert.deepEqual([functions.map(({ name }) => name), worker!.timeoutSeconds], [['notes'], 200])
})

test('a project without tasks has no worker, and its functions know nothing of one', async (context) => {
  const { root } = await make(context, { 'functions/notes.ts': notesService })
  const { worker, functions } = await prepare(root)
  assert.equal(worker, undefined)
  assert.equal(existsSync(join(functions[0]!.folder, 'klue-tasks.json')), false)
})

test('what would be accepted and never run is not deployed, and wrong workers are told', async (context) => {
  const jobs = "import { toWorker } from 'klue/lambda'\nexport const handler = toWorker([])\n"
  const faults = async (files: Record<string, string>): Promise<[code: string, file: string, message: string][]> => faultsOf((await make(context, files)).root)
  const unserved = await faults({ 'functions/jobs.ts': jobs })
  assert.deepEqual(unserved.map(([code, file]) => [code, file]), [['task-unserved', 'functions/notes.ts'], ['task-unserved', 'functions/notes.ts']])
  assert.match(unserved[0]![2], /^the task sendNote is run by nothing in the account: functions\/jobs\.ts runs other ones$/)
  assert.deepEqual((await faults({ 'functions/jobs.ts': jobs.replace('handler', 'worker') })).map(([code, file]) => [code, file]), [['no-worker', 'functions/jobs.ts']])
  // A function does not check its options again, so who makes it must.
  assert.deepEqual((await faults({ 'functions/notes.ts': withTasks('sendNote').replace('timeoutSeconds: 100', 'timeoutSeconds: 901, atempts: 2') })).map(([code, , message]) => [code, message]), [['task-invalid', 'timeoutSeconds must be a whole number of seconds from 1 to 900, not 901'], ['task-invalid', 'a task has no option atempts']])
  assert.deepEqual((await faults({ 'functions/jobs.ts': jobs, 'functions/more.ts': jobs })).map(([code, file]) => [code, file]), [['worker-double', 'functions/more.ts']])
})

// As withTasks, with a schedule of the first task.
const withSchedule = (options: string): string =>
  withTasks('sendNote').replace('{ defineTask,', '{ defineSchedule, defineTask,').replace(/tasks: \[(.*)\],/, 'tasks: [sendNote],\n  schedules: [daily],')
    .replace('export const service', `const sendNote = defineTask('sendNote', { input: Told }, () => undefined)\nconst daily = defineSchedule('daily', ${options}, sendNote)\nexport const service`)

test('a schedule in code is read where its function is made, and a wrong one is told there', async (context) => {
  const faults = await faultsOf((await make(context, { 'functions/notes.ts': withSchedule("{ cron: '61 8 ? * MON *' }") })).root)
  assert.deepEqual(faults.map(([code]) => code), ['schedule-invalid'])
  const { root } = await make(context, { 'functions/notes.ts': withSchedule("{ every: '2h', input: { id: 'a' } }") })
  const { functions } = await prepare(root)
  assert.deepEqual(functions.map(({ name }) => name), ['notes'])
})

test('a service that fires tasks loads at most 4 KB more at its start, and one that fires none nothing more', async (context) => {
  const bytes = async (service: string): Promise<number> => {
    const { root } = await make(context, { 'functions/notes.ts': service })
    await generate(root)
    const into = join(root, 'out')
    await bundleFunction({ root, entry: 'functions/notes.ts', folder: into })
    const { merged } = loadConfig({ root, stage: 'dev', env: {}, secrets: { jwt_secret: 'a-secret-of-this-test-only' } })
    writeFileSync(join(into, 'klue-config.json'), JSON.stringify(compileConfig(merged)))
    return bytesOf((await traceStart(into, { requests: [['GET', '/ping']], env: { KLUE_TASK_QUEUE: 'https://sqs.example.com/1/tasks', AWS_REGION: 'eu-west-1' } })).slice(0, 2))
  }
  const [plain, firing, scheduled] = [await bytes(notesService), await bytes(withTasks('sendNote')), await bytes(withSchedule("{ every: '2h' }"))]
  context.diagnostic(`${plain} bytes without tasks, ${firing - plain} more with one, ${scheduled - firing} more with a schedule`)
  assert.ok(firing - plain <= 4096, `${firing - plain} bytes more`)
  assert.ok(scheduled - firing <= 1024, `${scheduled - firing} bytes more`)
})
