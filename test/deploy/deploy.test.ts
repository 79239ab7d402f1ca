// The reference service, deployed with cdk deploy, changed, deployed again and destroyed; in one account with a service of ten lines.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { appendFileSync, cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { gzipSync } from 'node:zlib'
import { callAws, invoke } from './aws.ts'
import { archiveSettings, hasBucket, tryArchive } from './archive-steps.ts'
import { type Cloud, startCloud } from './cloud.ts'
import { addresses, bootstrap, cdk, type Deployed, deploy, klue } from './commands.ts'
import { differences, readRecord } from './compare.ts'
import { excusedGrants } from './excused-grants.ts'
import { covers, type Grant, needsOf, readGrants, readManagedPolicies, readResources } from './grants.ts'
import { inOrder } from './in-order.ts'
import { changeReference, copyReference, makeMinimal, stage } from './project.ts'
import { tableRows } from '../rules/pages.ts'
import { type Receiver, startReceiver, startSmtp } from '../reports/receivers.ts'
import { findPlanted, plantedIn } from './scan.ts'
import { tryKeys } from './key-steps.ts'
import { tryTasks } from './task-steps.ts'
import { functions, functionsByKey, logLines, physicalNames, stacks, tables } from './stack.ts'
import { realisticLine } from '../store/realistic-line.ts'
import { estimatedPerRequest, writtenPerRequest } from './write-units.ts'

// Values that nothing but Secrets Manager, the functions' memory and this process may hold.
const planted = {
  jwt_secret: `planted-key-${randomBytes(24).toString('hex')}`,
  METRICS_BACKEND_PASSWORD: `planted-password-${randomBytes(12).toString('hex')}`,
  HOOK_KEY: `planted-signature-${randomBytes(12).toString('hex')}`,
  OWN_WEBHOOK: `https://hooks.example.com/planted-${randomBytes(12).toString('hex')}`,
}
// The name that tests expect behind their token.
const user = { name: 'test-jwt-token', password: randomBytes(12).toString('hex') }

let cloud: Cloud
let reference: string
let deployed: Deployed
let printed = ''
let archive = ''
let hook: Receiver
let webhook: Receiver
const answers = { status: 204 }
let smtp: Awaited<ReturnType<typeof startSmtp>>

before(async () => {
  cloud = await startCloud('reference')
  hook = await startReceiver(() => ({ status: 204 }))
  smtp = await startSmtp()
  webhook = await startReceiver(() => answers)
  reference = copyReference(join(cloud.folder, 'reference'), { hook: hook.url, smtp: smtp.url, measurements: webhook.url })
  appendFileSync(join(reference, `klue-config.${stage}.yaml`), archiveSettings)
})
after(async () => {
  await cloud.stop()
  await Promise.all([hook.close(), smtp.close(), webhook.close()])
})

const step = inOrder(() => cloud)

step('cdk bootstrap prepares the account', () => bootstrap({ cloud, project: reference }))

step('klue secret set puts secrets beside the stack', async () => {
  for (const [name, input] of Object.entries(planted)) printed += await klue(['secret', 'set', name, '--stage', stage], { cloud, project: reference, input: `${input}\n` })
})

step('cdk deploy makes the reference service', async () => {
  deployed = await deploy(stage, { cloud, project: reference })
  const types = new Set(Object.values(readResources(deployed.assembly)).map(({ Type }) => Type))
  const emulated = tableRows('docs/reference/proven.md', '## Resources').filter(([, proof, remark]) => proof!.includes('emulator') && remark !== 'of a candidate').map(([type]) => type!.replaceAll('`', ''))
  assert.deepEqual([...types].filter((type) => type !== 'AWS::CDK::Metadata').sort(), emulated, 'docs/reference/proven.md says otherwise')
})

step('the acceptance suite passes on what is deployed', async () => {
  printed += await klue(['user', 'add', user.name, '--password-stdin', '--stage', stage], { cloud, project: reference, input: `${user.password}\n` })
  await runSuite('deployed.jsonl')
})

step('what is deployed answers as the local server does', async () => {
  await klue(['test', '--local', '--fresh', '--record', join(cloud.logs, 'local.jsonl')], { cloud, project: reference, env: { AWS_ENDPOINT_URL: '' }, log: 'local' })
  const [local, remote] = ['local.jsonl', 'deployed.jsonl'].map((name) => readRecord(join(cloud.logs, name)))
  assert.ok(local!.length > 100, `only ${local!.length} exchanges were recorded`)
  assert.deepEqual(differences(local!, remote!), [])
})

step('a crash is one incident, one message at an HTTP server and one e-mail', async () => {
  const url = addresses(deployed, cloud)['Url']!
  for (let call = 0; call < 5; call++) await fetch(`${url}/crash/internalexception`)
  const told = (text: string): boolean => text.includes('Raising an internal exception')
  await until('the message at the HTTP server', () => hook.got.some(({ text }) => told(text)))
  await until('the e-mail', () => smtp.mails.some(told))
  await until('the incident', async () => (await incidents()).some(({ title, count }) => told(title) && count >= 5))
  const mine = (await incidents()).filter(({ title }) => told(title))
  assert.deepEqual(mine.map(({ operation }) => operation), ['GET /crash/internalexception'])
  assert.deepEqual([hook.got.filter(({ text }) => told(text)).length, smtp.mails.filter(told).length], [1, 1])
})

step('tasks are run, tried again, redriven and cancelled, and what is none becomes a dead letter', async () => {
  const url = addresses(deployed, cloud)['Url']!
  await tryTasks({ cloud, project: reference, url, token: await logIn(url), webhook, answers, stacks: Object.keys(deployed.outputs) })
})

step('the same request sent twice with one key has one effect and one answer', async () => {
  const url = addresses(deployed, cloud)['Url']!
  await tryKeys({ url, token: await logIn(url) })
})

step('requests are logs and counts', async () => {
  const logs = await klue(['logs', '--stage', stage, '--status', '5xx', '--json'], { cloud, project: reference })
  assert.match(logs, /"operation":"GET \/crash\/internalexception"/)
  printed += logs
  const stats = await klue(['stats', '--stage', stage, '--json'], { cloud, project: reference })
  assert.match(stats, /recordMeasurement/)
})

step('closed minutes become metrics of CloudWatch', async () => {
  const names = Object.values(await physicalNames(cloud, Object.keys(deployed.outputs)))
  const ingest = names.find((name) => /TelemetryIngestFunction/.test(name))!
  await until('the metrics', async () => {
    // What the clock of the stage does every minute.
    await invoke(cloud.endpoint, ingest, { klue: 'look' })
    return /<MetricName>Requests<\/MetricName>/.test(await callAws<string>({ endpoint: cloud.endpoint, service: 'monitoring', input: { Action: 'ListMetrics', Version: '2010-08-01', Namespace: 'klue' } }))
  })
})

step('what ingest could not store is taken in by a command', async () => {
  const operation = `redriven${Date.now()}`
  const line = { kind: 'request', level: 'error', time: new Date().toISOString(), started: new Date().toISOString(), message: 'GET /redriven 503', operation, method: 'GET', path: '/redriven', status: 503, duration_ms: 3, request_id: operation }
  const data = gzipSync(JSON.stringify({ messageType: 'DATA_MESSAGE', logGroup: 'g', logStream: 's', logEvents: [{ id: operation, timestamp: Date.now(), message: JSON.stringify(line) }] })).toString('base64')
  // As Lambda leaves it, when ingest has failed for the last time.
  const MessageBody = JSON.stringify({ requestContext: { condition: 'RetriesExhausted' }, requestPayload: { awslogs: { data } }, responsePayload: { errorMessage: 'down' } })
  const call = (target: string, input: object): Promise<Record<string, unknown>> => callAws({ endpoint: cloud.endpoint, service: 'sqs', target: `AmazonSQS.${target}`, input: { ...input } })
  const { QueueUrl } = await call('GetQueueUrl', { QueueName: `builds-${stage}-ingest-failures` })
  await call('SendMessage', { QueueUrl, MessageBody })
  printed += await klue(['ingest', 'redrive', '--stage', stage], { cloud, project: reference })
  assert.match(await klue(['logs', '--stage', stage, '--operation', operation, '--json'], { cloud, project: reference }), /"path":"\/redriven"/)
  const { Attributes } = await call('GetQueueAttributes', { QueueUrl, AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] })
  assert.deepEqual(Object.values(Attributes as object), ['0', '0'])
})

step('a stored request takes the write units that klue cost says', async () => {
  const ingest = Object.entries(await physicalNames(cloud, Object.keys(deployed.outputs))).find(([id]) => /TelemetryIngestFunction/.test(id))![1]
  // Of closed minutes, so that the next look writes where they are found; ten in a delivery, one in a hundred failed, and told to nobody.
  const [deliveries, begin] = [60, Math.floor(Date.now() / 60_000) * 60_000 - 1_200_000]
  const line = (index: number): object => {
    const { message, ...rest } = realisticLine(index, { started: begin + index * 500, failed: index % 100 === 7 })
    return { ...rest, message: index % 100 === 7 ? message.replace(/\}$/, ',"muted":true}') : message }
  }
  const from = cloud.recorder.calls.length
  for (let delivery = 0; delivery < deliveries; delivery++) await invoke(cloud.endpoint, ingest, { awslogs: { data: gzipSync(JSON.stringify({ messageType: 'DATA_MESSAGE', logGroup: '/aws/lambda/units', logStream: '2026/02/03/[12]0123456789ab', logEvents: Array.from({ length: 10 }, (_, index) => line(delivery * 10 + index)) })).toString('base64') } })
  await invoke(cloud.endpoint, ingest, { klue: 'look' })
  const names = await functionsByKey(cloud)
  const calls = cloud.recorder.calls.slice(from).filter(({ accessKey }) => names[accessKey] === ingest)
  const [written, estimated] = [writtenPerRequest(calls, { requests: deliveries * 10, from: begin, to: begin + deliveries * 5000 }), estimatedPerRequest()]
  assert.ok(Math.abs(written - estimated) <= 0.1 * estimated, `${written} a request, ${estimated} estimated`)
})

step('lines of hours ago become files of the archive, are found there and forgotten', async () => {
  archive = await tryArchive({ cloud, project: reference, stacks: Object.keys(deployed.outputs) })
})

step('an alert on a metric of the account is told', async () => {
  const physical = Object.entries(await physicalNames(cloud, Object.keys(deployed.outputs)))
  const [name, ingest] = [/ServiceFunctionbuildsFunction/, /TelemetryIngestFunction/].map((pattern) => physical.find(([id]) => pattern.test(id))![1])
  // As Lambda would count them; AWS takes no metrics in its own namespaces from others.
  const throttles = { Namespace: 'AWS/Lambda', 'MetricData.member.1.MetricName': 'Throttles', 'MetricData.member.1.Dimensions.member.1.Name': 'FunctionName', 'MetricData.member.1.Dimensions.member.1.Value': name, 'MetricData.member.1.Value': '5' }
  await callAws<string>({ endpoint: cloud.endpoint, service: 'monitoring', input: { Action: 'PutMetricData', Version: '2010-08-01', ...throttles } })
  await until('the alert', async () => {
    await invoke(cloud.endpoint, ingest!, { klue: 'look' })
    return hook.got.some(({ text }) => text.includes('crowded'))
  })
})

step('every function does what its policy allows, and may do no more', async () => {
  const { resources, grants, needs, refused } = await comparePolicies()
  assert.deepEqual(refused, [])
  const unused = grants.filter((grant) => !needs.some((need) => need.function === grant.function && covers(grant, need))).map((grant) => `${grant.function} ${grant.action} ${grant.resource}`)
  assert.deepEqual(unused.filter((grant) => !excusedGrants.some((excuse) => excuse.grant.test(grant))), [], 'grants that nothing uses')
  assert.deepEqual(excusedGrants.filter((excuse) => !unused.some((grant) => excuse.grant.test(grant))), [], 'excuses that nothing needs')
  assert.deepEqual(readManagedPolicies(resources), [], 'policies of AWS allow more than a function needs')
})

step('no secret shows in templates, assets, logs, answers or what the commands print', async () => {
  for (const folder of [cloud.folder, cloud.logs]) assert.deepEqual(findPlanted(folder, planted), [])
  assert.ok(findPlanted(deployed.assembly, { name: 'METRICS_BACKEND_PASSWORD' }).length > 0, 'the search does not find what is there')
  assert.deepEqual(plantedIn(printed, planted), [])
  const lines = await logLines(cloud)
  for (const kind of [/^START RequestId/, /^END RequestId/, /^REPORT RequestId/, /^\{"/]) assert.ok(lines.some(({ message }) => kind.test(message)), `no line is like ${kind}`)
  assert.deepEqual(lines.filter(({ message }) => plantedIn(message, planted).length > 0), [])
})

step('a service of one document, one handler and ten lines of infra/app.ts deploys beside it', async () => {
  const project = makeMinimal(join(cloud.folder, 'minimal'), reference)
  const options = { cloud, project, kit: reference, log: 'minimal' }
  assert.ok(readFileSync(join(project, 'infra', 'app.ts'), 'utf8').trim().split('\n').length <= 10)
  const hello = await deploy(stage, options)
  await klue(['test', '--url', addresses(hello, cloud)['Url']!], options)
  // Nobody has set its signing key: the deployment made it.
  const secrets = JSON.parse(await klue(['secret', 'list', '--stage', stage, '--json'], options)) as { name: string; state: string }[]
  assert.deepEqual(secrets.map(({ name, state }) => [name, state]), [['jwt_secret', 'set']])
  await cdk(['destroy', '--all', '--force', '-c', `stage=${stage}`], options)
  assert.deepEqual(await stacks(cloud), Object.keys(deployed.outputs))
})

step('a new operation and a new index deploy over it, and the data stays', async () => {
  const changed = join(cloud.folder, 'changed')
  cpSync(reference, changed, { recursive: true, verbatimSymlinks: true, filter: (path) => !path.includes('cdk.out') })
  changeReference(changed)
  reference = changed
  deployed = await deploy(stage, { cloud, project: reference, log: 'cdk-second' })
  cloud.recorder.calls.splice(0)
  await runSuite('changed.jsonl')
  const { needs, refused } = await comparePolicies()
  assert.deepEqual(refused, [])
  assert.ok(needs.some((need) => /Functionlatest/.test(need.function)), 'the operation with a function of its own did not run there')
  const [local, before, now] = ['local.jsonl', 'deployed.jsonl', 'changed.jsonl'].map((name) => readRecord(join(cloud.logs, name)))
  const added = now!.filter(({ path }) => path.startsWith('/recorders/'))
  // What the change is about: the document itself, and the test that it adds.
  const isSame = ({ path, test: title }: { path: string; test: string }): boolean => !path.startsWith('/doc/') && title !== added[0]?.test
  assert.deepEqual(differences(local!.filter(isSame), now!.filter(isSame)), [], 'an operation with a function of its own answers otherwise')
  const { measurements } = added.at(-1)!.body as { measurements: { id: string }[] }
  const kept = before!.filter(({ test: title, status }) => title === 'numbers come back as they were sent' && status === 201).map(({ body }) => (body as { id: string }).id)
  assert.ok(kept.length > 0)
  assert.deepEqual(kept.filter((id) => !measurements.some((measurement) => measurement.id === id)), [], 'what was recorded before the change is not in the new index')
})

step('a killed process and a time-out are fatal reports', async () => {
  const url = addresses(deployed, cloud)['Url']!
  for (const how of ['exit', 'hang']) assert.ok((await fetch(`${url}/fragile/${how}`, { method: 'POST' })).status >= 500)
  const titles = (): string[] => hook.got.map(({ text }) => (JSON.parse(text) as { title: string }).title)
  await until('the report of the killed process', () => titles().some((title) => title.startsWith('FATAL BACKEND ERROR builds 500 PROCESS_EXITED: endProcess')))
  await until('the report of the time-out', () => titles().some((title) => title.startsWith('FATAL BACKEND ERROR builds 500 FUNCTION_TIMEOUT: endProcess')))
  // Another build, with other short names in its stacks, is no other failure.
  assert.equal((await incidents()).filter(({ title }) => title.includes('Raising an internal exception')).length, 1)
})

step('cdk destroy leaves nothing of a stage that nobody depends on', async () => {
  assert.ok(await hasBucket(cloud, archive))
  await cdk(['destroy', '--all', '--force', '-c', `stage=${stage}`], { cloud, project: reference, log: 'destroy' })
  assert.deepEqual({ stacks: await stacks(cloud), tables: await tables(cloud), functions: await functions(cloud), archive: await hasBucket(cloud, archive) }, { stacks: [], tables: [], functions: [], archive: false })
})

// What the policies of the deployed templates allow, and what the functions have asked for since the last look.
async function comparePolicies(): Promise<{ resources: ReturnType<typeof readResources>; grants: Grant[]; needs: Grant[]; refused: Grant[] }> {
  const resources = readResources(deployed.assembly)
  const physical = await physicalNames(cloud, Object.keys(deployed.outputs))
  const grants = readGrants(resources, physical)
  const names = await functionsByKey(cloud)
  const logicalIds = Object.fromEntries(Object.entries(physical).map(([id, name]) => [name, id]))
  const needs = cloud.recorder.calls.splice(0).flatMap((call) => needsOf(call).map((need) => ({ ...need, function: logicalIds[names[call.accessKey] ?? ''] ?? `a stranger (${call.accessKey})` })))
  assert.ok(needs.length > 100, `only ${needs.length} calls of AWS were recorded`)
  return { resources, grants, needs, refused: needs.filter((need) => !grants.some((grant) => grant.function === need.function && covers(grant, need))) }
}

async function runSuite(record: string): Promise<void> {
  const urls = addresses(deployed, cloud)
  const token = await logIn(urls['Url']!)
  await klue(['test', '--url', urls['Url']!, '--service', `metrics-backend=${urls['Urlmetricsbackend']}`, '--record', join(cloud.logs, record)], {
    cloud,
    project: reference,
    log: record.replace('.jsonl', ''),
    env: { KLUE_JWT_TOKEN: token, KLUE_TEST_USER: user.name, KLUE_TEST_PASSWORD: user.password, METRICS_BACKEND_PASSWORD: planted.METRICS_BACKEND_PASSWORD },
  })
}

async function logIn(url: string): Promise<string> {
  const login = await fetch(`${url}/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ username: user.name, password: user.password }) })
  const { token } = (await login.json()) as { token?: string }
  return token ?? assert.fail(`POST /login answered ${login.status}`)
}

interface ShownIncident {
  title: string
  operation: string
  count: number
}

async function incidents(): Promise<ShownIncident[]> {
  return JSON.parse(await klue(['incidents', 'list', '--stage', stage, '--json'], { cloud, project: reference })) as ShownIncident[]
}

async function until(what: string, isThere: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 300_000; Date.now() < end; ) {
    if (await isThere()) return
    await new Promise((resolve) => void setTimeout(resolve, 1000))
  }
  assert.fail(`${what} did not come`)
}
