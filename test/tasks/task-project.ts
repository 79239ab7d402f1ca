// A project whose service fires tasks of every kind, for tests that run it.
import { makeProject, type ProjectFixture } from '../dev/project-fixture.ts'

export const tasksApi = `openapi: 3.0.3
info: { title: Jobs, version: 1.0.0 }
paths:
  /fire/{task}:
    post:
      operationId: fireTask
      parameters:
        - { name: task, in: path, required: true, schema: { type: string } }
      requestBody:
        required: true
        content: { application/json: { schema: { type: object, required: [inputs], properties: { inputs: { type: array, items: {} }, options: {}, fail: { type: string } } } } }
      responses:
        '200': { description: ok, content: { application/json: { schema: { type: array, items: {} } } } }
        '409': { description: refused after firing, content: { application/json: { schema: {} } } }
  /whoami:
    get:
      operationId: whoami
      security: [{ bearer: [] }]
      responses:
        '200': { description: ok, content: { application/json: { schema: {} } } }
  /secure/{task}:
    post:
      operationId: fireSecure
      security: [{ bearer: [] }]
      parameters:
        - { name: task, in: path, required: true, schema: { type: string } }
      requestBody:
        required: true
        content: { application/json: { schema: {} } }
      responses:
        '200': { description: ok, content: { application/json: { schema: {} } } }
components:
  securitySchemes: { bearer: { type: http, scheme: bearer } }
  schemas:
    Work:
      x-klue-schema: true
      type: object
      required: [id]
      additionalProperties: false
      properties:
        id: { type: string, minLength: 1 }
        times: { type: integer, default: 1 }
        note: { type: string }
        password: { type: string }
    Outcome:
      x-klue-schema: true
      type: object
      required: [id, times]
      properties:
        id: { type: string }
        times: { type: integer }
`

/** Its handlers tell on `globalThis.taskLog` what happened. */
export const tasksService = `import { setTimeout as sleep } from 'node:timers/promises'
import { toLambda } from 'klue/lambda'
import { defineError, defineService, defineTask } from 'klue/runtime'
import { jobs, Outcome, Work } from './gen/jobs.ts'
import { jobsClient } from './gen/jobs.client.ts'

const log = (globalThis.taskLog ??= [])
const hooks = (globalThis.taskHooks ??= {})
const HOPELESS = defineError('HOPELESS', 422, 'It never will', { retry: false })
const quick = { firstSeconds: 0, maxSeconds: 0 }

const work = defineTask('work', { input: Work, result: Outcome }, async (input, context) => {
  log.push({ name: 'work', input, task: { ...context.task, step: context.task.stepKey('a') }, user: context.user, callId: context.callId, callPath: context.callPath, operation: context.operationId })
  context.log.info('at work', { id: input.id })
  await hooks.work?.(input, context)
  return { id: input.id, times: input.times }
})
const flaky = defineTask('flaky', { input: Work, attempts: 3, backoff: quick }, async (input, context) => {
  const first = await context.once('first', () => { log.push({ name: 'step', id: input.id }); return { at: context.task.attempt, day: new Date(0) } })
  log.push({ name: 'flaky', id: input.id, attempt: context.task.attempt, first })
  if (context.task.attempt < input.times) throw new Error('not yet ' + input.id)
})
const hopeless = defineTask('hopeless', { input: Work, attempts: 5, backoff: quick }, (input) => { log.push({ name: 'hopeless' }); throw HOPELESS() })
const wrong = defineTask('wrong', { input: Work, result: Outcome, attempts: 2, backoff: quick }, (input) => ({ id: input.id, times: 'many' }) as never)
const narrow = defineTask('narrow', { input: Work, concurrency: 2 }, (input) => hooks.narrow(input))
const keyed = defineTask('keyed', { input: Work }, (input) => hooks.keyed(input))
const windowed = defineTask('windowed', { input: Work, key: { windowSeconds: 3600 } }, (input) => void log.push({ name: 'windowed', id: input.id }))
const brief = defineTask('brief', { input: Work, attempts: 1, timeoutSeconds: 1 }, async (input, context) => {
  log.push({ name: 'brief' })
  await sleep(20_000, undefined, { signal: context.signal }).catch(() => log.push({ name: 'aborted' }))
})
const calling = defineTask('calling', { input: Work }, async (input, context) => {
  log.push({ name: 'calling', answer: await context.client(jobsClient).whoami() })
})
const strict = defineTask('strict', { input: Work, identity: 'fail', attempts: 4, backoff: quick }, () => void log.push({ name: 'strict' }))
const long = defineTask('long', { input: Work, attempts: 1 }, (input, context) => sleep(600_000, undefined, { signal: context.signal }))
const parent = defineTask('parent', { input: Work }, async (input, context) => { await context.fire(work, { id: 'child of ' + input.id }) })

const tasks = { work, flaky, hopeless, wrong, narrow, keyed, windowed, brief, calling, strict, parent, long }
const stranger = defineTask('stranger', { input: Work }, () => undefined)
const fire = async ({ path, body }, context) => {
  const task = path.task === 'stranger' ? stranger : tasks[path.task]
  return body.options === undefined && body.inputs.length !== 1 ? context.fireAll(task, body.inputs) : Promise.all(body.inputs.map((input) => context.fire(task, input, body.options)))
}

export const service = defineService({
  spec: jobs,
  tasks: Object.values(tasks),
  handlers: {
    fireTask: async (input, context) => {
      const fired = await fire(input, context)
      if (input.body.fail !== undefined) throw defineError('REFUSED', 409, 'refused after firing')()
      return fired
    },
    fireSecure: (input, context) => context.fire(tasks[input.path.task], input.body),
    whoami: (input, context) => ({ id: context.user.id, claims: context.user.claims }),
  },
})
export const handler = toLambda(service)
`

/** Makes the project; `files` replace or add to its own. */
export async function makeTaskProject(files: Record<string, string> = {}): Promise<ProjectFixture> {
  const project = await makeProject({ 'klue-config.yaml': 'name: jobs\njwt_issuer: jobs\ndefault_user_id: robot\n', 'apis/jobs.yaml': tasksApi, 'functions/jobs.ts': tasksService, ...files })
  await project.delete('apis/notes.yaml')
  await project.delete('functions/notes.ts')
  return project
}
