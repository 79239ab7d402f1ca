// The archive of a deployed stage: lines of some hours ago become files of its bucket, are found there when the table has them no more, and are forgotten.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { type AwsBucket, awsBucket } from '../../src/platform/aws/index.ts'
import { root } from '../rules/imports.ts'
import { callAws, invoke } from './aws.ts'
import { type Cloud, region } from './cloud.ts'
import { klue } from './commands.ts'
import { stage } from './project.ts'
import { physicalNames } from './stack.ts'

/** What the configuration of the stage has for it. */
export const archiveSettings = 'log_archive: true\nlog_volatile_days: 2\n'

export interface ArchiveSteps {
  cloud: Cloud
  project: string
  /** Logical names of the stacks. */
  stacks: readonly string[]
}

interface Place {
  ingest: string
  bucket: AwsBucket
  bucketName: string
}

// Two requests of a user, and two of another, one of which comes late.
const [user, other] = ['archived-user', 'other-archived-user']

/** Archives, looks up and forgets; resolves to the name of the bucket. */
export async function tryArchive(given: ArchiveSteps): Promise<string> {
  const { cloud } = given
  const place = await placeOf(given)
  const started = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 5 * 3_600_000 + 60_000
  const paths = await takeIn(place, { cloud, started, users: [user, user, other] })
  // Of a minute that is archived already: ingest compares it with its files.
  paths.push(...(await takeIn(place, { cloud, started: started + 10_000, users: [other] })))
  const [files, indexes] = [await place.bucket.list('requests/'), await place.bucket.list('index/')]
  const folder = `day=${new Date(started).toISOString().slice(0, 10)}/${new Date(started).toISOString().slice(11, 13)}-`
  assert.ok(files.some(({ name }) => name.startsWith(`requests/${folder}`) && name.endsWith('.jsonl.gz')), JSON.stringify(files))
  assert.deepEqual(indexes.map(({ name }) => name.replace(/^index\/|\.json$/g, '')), files.map(({ name }) => name.replace(/^requests\/|\.jsonl\.gz$/g, '')))

  await dropRows(cloud, started)
  assert.deepEqual(await pathsOf(given, user), paths.slice(0, 2))
  await klue(['logs', 'forget', '--stage', stage, '--user', user, '--yes'], given)
  assert.deepEqual(await pathsOf(given, user), [])
  assert.deepEqual(await pathsOf(given, other), paths.slice(2))
  assert.deepEqual((await linesOf(place.bucket)).filter(({ path }) => paths.includes(path)).map(({ path }) => path), paths.slice(2))
  return place.bucketName
}

/** Whether a bucket is there. */
export async function hasBucket({ endpoint }: Cloud, name: string): Promise<boolean> {
  return (await fetch(`${endpoint}/`, { headers: { authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0' } }).then((answer) => answer.text())).includes(`<Name>${name}</Name>`)
}

async function placeOf({ cloud, stacks }: ArchiveSteps): Promise<Place> {
  const physical = Object.entries(await physicalNames(cloud, stacks))
  const [ingest, bucketName] = [/TelemetryIngestFunction/, /Archive[0-9A-F]{8}$/].map((pattern) => physical.find(([id]) => pattern.test(id))![1])
  return { ingest: ingest!, bucketName: bucketName!, bucket: awsBucket({ bucket: bucketName!, region, endpoint: cloud.endpoint, credentials: () => ({ accessKeyId: 'test', secretAccessKey: 'test' }) }) }
}

// Until they are in the files.
async function takeIn({ ingest, bucket }: Place, { cloud, started, users }: { cloud: Cloud; started: number; users: readonly string[] }): Promise<string[]> {
  const requests = users.map((who, index) => ({ kind: 'request', level: 'info', time: new Date(started + index * 1000 + 3).toISOString(), started: new Date(started + index * 1000).toISOString(), message: 'GET', service: 'builds', stage, operation: 'getArchived', method: 'GET', path: `/archived/${started}/${index}`, status: 200, duration_ms: 3, user: who, request_id: `archived-${started}-${index}` }))
  const data = gzipSync(JSON.stringify({ messageType: 'DATA_MESSAGE', logGroup: 'g', logStream: 's', logEvents: requests.map((request, index) => ({ id: `archived-${started}-${index}`, timestamp: started + index * 1000, message: `{"klue":1,${JSON.stringify(request).slice(1)}` })) })).toString('base64')
  await invoke(cloud.endpoint, ingest, { awslogs: { data } })
  const paths = requests.map(({ path }) => path)
  await until('the files', async () => {
    // What the clock of the stage does every minute.
    await invoke(cloud.endpoint, ingest, { klue: 'look' })
    return (await linesOf(bucket)).filter(({ path }) => paths.includes(path)).length === paths.length
  })
  return paths
}

async function linesOf(bucket: AwsBucket): Promise<{ path: string }[]> {
  const texts = await Promise.all((await bucket.list('requests/')).map(async ({ name }) => gunzipSync((await bucket.read(name))!).toString()))
  return texts.flatMap((text) => text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as { path: string })).sort((one, two) => (one.path < two.path ? -1 : 1))
}

// As their time of keeping will do.
async function dropRows({ endpoint }: Cloud, started: number): Promise<void> {
  const call = <Output>(name: string, input: object): Promise<Output> => callAws<Output>({ endpoint, service: 'dynamodb', target: `DynamoDB_20120810.${name}`, input: { TableName: `builds-${stage}-klue`, ...input } })
  let dropped = 0
  for (const shard of [0, 1, 2, 3]) {
    const { Items } = await call<{ Items: Record<'pk' | 'sk', unknown>[] }>('Query', { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: `pack#${new Date(started).toISOString().slice(0, 13)}#i${shard}` } } })
    for (const { pk, sk } of Items) await call('DeleteItem', { Key: { pk, sk } })
    dropped += Items.length
  }
  assert.ok(dropped > 0, 'the table has no pack of that hour')
}

async function pathsOf(given: ArchiveSteps, who: string): Promise<string[]> {
  const shown = await klue(['logs', '--stage', stage, '--user', who, '--since', '3d', '--json'], { ...given, env: { NODE_OPTIONS: `--require=${join(root, 'test', 'deploy', 'two-days-on.cjs')}` } })
  return shown.split('\n').filter((line) => line.startsWith('{')).map((line) => (JSON.parse(line) as { path: string }).path)
}

async function until(what: string, isThere: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 300_000; Date.now() < end; ) {
    if (await isThere()) return
    await new Promise((resolve) => void setTimeout(resolve, 1000))
  }
  assert.fail(`${what} did not come`)
}
