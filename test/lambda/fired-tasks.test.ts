// A deployed function fires into the queue of its side: the alias by which it was invoked says which one that is.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { compileConfig } from '../../src/config/build.ts'
import { env, type EnvironmentName, setConfig, setEnvironment } from '../../src/config/index.ts'
import { lambdaPlatform } from '../../src/lambda/platform.ts'
import { ensureTables } from '../../src/persist/index.ts'
import { type LocalDynamo, openLocalDynamo } from '../../src/platform/local/index.ts'
import { readTask, storeDefinition } from '../../src/store/index.ts'
import { task } from '../tasks/engine.ts'
import { type SqsServer, startSqs } from '../tasks/sqs-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'klue-fired-'))
const kept = new Map<EnvironmentName, string | undefined>()
let dynamo: LocalDynamo
let sqs: SqsServer
let urls: { live: string; candidate: string }

before(async () => {
  ;[sqs, dynamo] = await Promise.all([startSqs(), openLocalDynamo({ memory: true })])
  urls = { live: await sqs.makeQueue('tasks'), candidate: await sqs.makeQueue('candidates') }
  writeFileSync(join(folder, 'klue-config.json'), JSON.stringify(compileConfig({ stage: 'test', values: { name: 'shop' }, places: {} })))
  writeFileSync(join(folder, 'klue-tasks.json'), '["job"]')
  const { accessKeyId, secretAccessKey } = dynamo.credentials
  const wanted: Partial<Record<EnvironmentName, string>> = {
    LAMBDA_TASK_ROOT: folder, AWS_ENDPOINT_URL: sqs.endpoint, AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: 'us-east-1', KLUE_VERSION: 'v7', KLUE_TASK_QUEUE: urls.live, KLUE_CANDIDATE_TASK_QUEUE: urls.candidate,
  }
  for (const [name, value] of Object.entries(wanted) as [EnvironmentName, string][]) {
    kept.set(name, env(name))
    setEnvironment(name, value)
  }
})
after(async () => {
  for (const [name, value] of kept) setEnvironment(name, value)
  setConfig(undefined)
  rmSync(folder, { recursive: true, force: true })
  await Promise.all([dynamo.close(), sqs.close()])
})

test('what live has fired and what a candidate has fired go into queues of their own', async () => {
  const platform = lambdaPlatform()
  await ensureTables(platform.database(), [storeDefinition])
  const job = task('job', {}, () => undefined)
  const fire = async (invokedAs: string | undefined): Promise<string> => {
    platform.invokedAs = invokedAs
    const beside: Promise<unknown>[] = []
    const prepared = await platform.tasks!().prepare([{ id: globalThis.crypto.randomUUID(), task: job, input: {}, options: {} }], { callId: 'c', callPath: 'shop', operation: 'op', user: undefined })
    const [fired] = await prepared.accept((work) => void beside.push(work))
    await Promise.all(beside)
    return fired!.id
  }
  const arn = 'arn:aws:lambda:us-east-1:123456789012:function:shop'
  const [live, candidate, plain] = [await fire(`${arn}:live`), await fire(`${arn}:candidate`), await fire(undefined)]
  assert.deepEqual([(await sqs.take(urls.live)).sort(), await sqs.take(urls.candidate)], [[live, plain].sort(), [candidate]])
  const { state } = (await readTask(platform.database(), candidate))!
  assert.deepEqual([state.sentTo, state.version], ['candidates', 'v7'])
  await assert.rejects(platform.tasks!().prepare([{ id: 'x', task: task('other', {}, () => undefined), input: {}, options: {} }], { callId: 'c', callPath: 'shop', operation: 'op', user: undefined }), /the task other is none of the service's/)
  platform.database().close()
})

test('a function of a service without tasks has no port for them', () => {
  setEnvironment('KLUE_TASK_QUEUE', undefined)
  assert.equal(lambdaPlatform().tasks, undefined)
  setEnvironment('KLUE_TASK_QUEUE', urls.live)
})
