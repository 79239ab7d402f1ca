// The projects that the suite deploys: a copy of the reference service, the change made to it, and a service without anything of the reference.
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { root } from '../rules/imports.ts'

/** Stage that the suite deploys: one that nobody depends on. */
export const stage = 'proof'

// What tests of failures need, as on the stage `local`.
/** Who is told of reports. */
export interface Told {
  /** Address of an HTTP server. */
  hook: string
  /** Address of a mail server. */
  smtp: string
  /** Address of an HTTP server that is told of measurements. @default nobody is */
  measurements?: string
}

const overlay = ({ hook, smtp, measurements }: Told): string => `# The stage that the deploy suite makes.
crash_api: true
response_check: fail
env_secrets: [METRICS_BACKEND_PASSWORD, OWN_WEBHOOK, HOOK_KEY]
own_webhook: OWN_WEBHOOK
${measurements === undefined ? '' : `measurement_webhook: ${measurements}/measurements\n`}throttle_rate: 5000
functions: { fragile: { timeout_seconds: 4 } }
throttle_operations: [getMeasurement 1000 2000]
alerts: { crowded: { metric: function_throttles, threshold: 4, window: 600 } }
reports:
  hook: { type: webhook, url: '${hook}/reports', signing_secret: HOOK_KEY }
  mail: { type: email, send: fatal, from: builds@example.com, to: [ops@example.com], smtp_url: '${smtp}' }
`

/** A stage that uses every setting of a deployment. */
export const everySetting = `live: true
live_host: builds.example.com
aws_cert_arn: arn:aws:acm:us-east-1:000000000000:certificate/11111111-2222-4333-8444-555555555555
aws_zone_id: Z0123456789ABCDEFGHIJ
aws_hosts_min: 1
aws_hosts_max: 4
aws_hosts_schedule: ["cron(0 6 ? * MON-FRI *) 2 8"]
memory_mb: 1024
log_retention_days: 14
functions: { builds: { reserved_concurrency: 10 } }
throttle_rate: 100
throttle_operations: [getLatest 10 20]
table_billing: provisioned
alarms: true
alarm_email: team@example.com
hide_internal_errors: true
log_archive: true
`

/** Copies the reference service with the kit beside it, as a fresh clone holds them. */
export function copyReference(folder: string, told: Told = { hook: 'http://127.0.0.1:9', smtp: 'smtp://127.0.0.1:9' }): string {
  const copied = ['src', 'apis', 'functions', 'infra', 'testaccept', 'klue-config.yaml', 'cdk.json', 'package.json', 'tsconfig.json']
  // Compiled files are made anew, as in a fresh clone.
  for (const name of copied) cpSync(join(root, name), join(folder, name), { recursive: true, filter: (path) => !/[\\/]functions[\\/]gen[\\/][\w-]+$/.test(path) })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir')
  writeFileSync(join(folder, `klue-config.${stage}.yaml`), overlay(told))
  return folder
}

const newPath = `  /fragile/{how}:
    post:
      operationId: endProcess
      x-klue-function: fragile
      tags: [measurements]
      summary: Ends the function that answers, by leaving it or by never coming back
      security: []
      parameters:
        - name: how
          in: path
          required: true
          schema: { type: string, enum: [exit, hang] }
      responses:
        '204':
          description: It never does
        default:
          $ref: '#/components/responses/Error'

  /recorders/{user}/measurements:
    parameters:
      - name: user
        in: path
        required: true
        schema: { type: string, minLength: 1, maxLength: 128 }
    get:
      operationId: listByRecorder
      tags: [measurements]
      summary: What a user recorded, the newest first
      responses:
        '200':
          description: The first page
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/MeasurementPage'
        default:
          $ref: '#/components/responses/Error'

components:
`

const newHandler = `
export const endProcess: Handler<Operations['endProcess']> = async ({ path }) => {
  if (path.how === 'exit') process.exit(3)
  // After the watchdog, which tells what runs when nine tenths of the time are over, and before the answer that the kit gives at its end.
  await new Promise((resolve) => void setTimeout(resolve, 4500))
  for (;;) Math.random()
}

export const listByRecorder: Handler<Operations['listByRecorder']> = async ({ path }, context) => {
  const page = await context.table(Measurement).query({ index: 'by-recorder', partition: path.user, limit: 200, order: 'descending' })
  return { measurements: page.items }
}
`

const newTest = `// What a user recorded: the operation that the second deployment adds.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { assertGetReturnJson, assertPostReturnJson, type Json, test, testAuth } from 'klue/testing'

test('what a user recorded is listed', async () => {
  const auth = await testAuth()
  const job = \`job-\${randomUUID()}\`
  const saved = await assertPostReturnJson(\`/jobs/\${job}/metrics/m/measurements\`, { value: 3 }, { status: 201, auth })
  const { measurements } = await assertGetReturnJson<{ measurements: Json[] }>('/recorders/test-jwt-token/measurements', { auth })
  assert.deepEqual(measurements.find((measurement) => measurement['job'] === job), saved)
})
`

/** Adds an operation with its handler and its test, and an index to a table that holds data; gives another operation a function of its own. */
export function changeReference(folder: string): void {
  edit(join(folder, 'apis', 'builds.yaml'), [
    ['          by-job: [job, measured_at]\n', '          by-job: [job, measured_at]\n          by-recorder: [recorded_by, measured_at]\n'],
    ['      operationId: getLatest\n', '      operationId: getLatest\n      x-klue-function: latest\n'],
    ['components:\n', newPath],
  ])
  edit(join(folder, 'functions', 'builds.ts'), [
    ['import { deleteMeasurement, getLatest,', 'import { deleteMeasurement, endProcess, getLatest,'],
    ['listMeasurements, recordMeasurement } from', 'listByRecorder, listMeasurements, recordMeasurement } from'],
    ['handlers: { recordMeasurement,', 'handlers: { endProcess, listByRecorder, recordMeasurement,'],
  ])
  const handlers = join(folder, 'functions', 'builds', 'measurements.ts')
  writeFileSync(handlers, `${readFileSync(handlers, 'utf8')}${newHandler}`)
  writeFileSync(join(folder, 'testaccept', 'recorders.test.ts'), newTest)
}

function edit(file: string, replacements: [string, string][]): void {
  let text = readFileSync(file, 'utf8')
  for (const [old, next] of replacements) {
    if (text.split(old).length !== 2) throw new Error(`${basename(file)} holds not one "${old.trim()}": the change of the deploy suite has to follow the reference service`)
    text = text.replace(old, () => next)
  }
  writeFileSync(file, text)
}

const minimal: Readonly<Record<string, string>> = {
  'package.json': '{ "name": "hello", "private": true, "type": "module" }\n',
  'klue-config.yaml': 'name: hello\n',
  'cdk.json': '{ "app": "node --conditions=klue-source --import tsx infra/app.ts" }\n',
  'apis/hello.yaml': `openapi: 3.1.0
info: { title: Hello, version: 1.0.0 }
paths:
  /hello/{name}:
    get:
      operationId: hello
      security: []
      parameters:
        - { name: name, in: path, required: true, schema: { type: string } }
      responses:
        '200': { description: A greeting, content: { application/json: { schema: { type: object, required: [text], properties: { text: { type: string } } } } } }
`,
  'functions/hello.ts': `// The service behind apis/hello.yaml.
import { toLambda } from 'klue/lambda'
import { defineService, type Service } from 'klue/runtime'
import { hello } from './gen/hello.ts'

export const service: Service = defineService({ spec: hello, handlers: { hello: ({ path }) => ({ text: \`Hello \${path.name}\` }) } })

export const handler: ReturnType<typeof toLambda> = toLambda(service)
`,
  'infra/app.ts': `// The CDK app of the service.
import { App, Stack } from 'aws-cdk-lib'
import { KlueService, prepareProject, stageOf } from 'klue/infra'

const app = new App()
const project = await prepareProject({ stage: stageOf(app) })
new KlueService(new Stack(app, project.stackName), 'Service', { project })
app.synth()
`,
  'testaccept/hello.test.ts': `import assert from 'node:assert/strict'
import { assertGetReturnJson, assertHasPing, test } from 'klue/testing'

test('it is there', () => assertHasPing())
test('it greets', async () => assert.deepEqual(await assertGetReturnJson('/hello/Ann'), { text: 'Hello Ann' }))
`,
}

/** A service with one document, one handler and ten lines of infra/app.ts; `kit` is the folder of klue. */
export function makeMinimal(folder: string, kit: string): string {
  for (const [name, text] of Object.entries(minimal)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  // As if it were installed: the kit as klue, and its packages beside it.
  mkdirSync(join(folder, 'node_modules'))
  for (const name of ['aws-cdk-lib', 'constructs', 'tsx']) symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name), 'dir')
  symlinkSync(kit, join(folder, 'node_modules', 'klue'), 'dir')
  return folder
}
