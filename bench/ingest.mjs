// Requests that one ingest takes in a second, of this release or of another one's folder:
// node --conditions=klue-source --import tsx bench/ingest.mjs [--requests 10] [--deliveries 200] [--kit FOLDER] [--plain] [--json]
// The database is this release's embedded one in a process of its own, reached over HTTP as that of an account is. Each release gets
// the same requests, with the lines that its functions write and the deliveries that its template orders; --plain: the same full lines of the
// function and nothing else. Deliveries come one after the other, each as CloudWatch Logs packs it, seconds after its requests.
import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'

if (process.argv[2] === 'serve') await serve()
else await measure(parseArgs({ options: { requests: { type: 'string', default: '10' }, deliveries: { type: 'string', default: '200' }, kit: { type: 'string', default: '.' }, plain: { type: 'boolean', default: false } } }).values)

async function serve() {
  const { openLocalDynamo } = await import('../src/platform/local/index.ts')
  const dynamo = await openLocalDynamo({ memory: true })
  process.send({ endpoint: dynamo.endpoint, credentials: dynamo.credentials })
  process.on('message', (since) => process.send(process.cpuUsage(since ?? undefined)))
  process.on('disconnect', () => process.exit(0))
}

async function measure({ requests, deliveries, kit, plain }) {
  const server = fork(import.meta.filename, ['serve'], { execArgv: process.execArgv })
  const answer = () => new Promise((done) => server.once('message', done))
  const access = await answer()
  const release = await openRelease(kit)
  // Releases before had no other way to be told credentials.
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: access.credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: access.credentials.secretAccessKey })
  const database = counted(release.openTables({ endpoint: access.endpoint, usesOwnCredentials: true, prefix: 'bench-' }))
  await release.ensureTables(database, [release.storeDefinition])
  const [size, count] = [Number(requests), Number(deliveries)]
  const make = plain ? plainEvents : release.hasShortLines ? functionEvents : functionAndGatewayEvents
  const take = async (from, to) => {
    for (let delivery = from; delivery < to; delivery++) for (const event of events[delivery]) await release.ingest({ database, rules: release.defaultKeepRules }, release.linesOfEvent(event))
  }
  // Compiled first, as in an instance that has lived for some deliveries.
  const warm = Math.ceil(10_000 / size)
  const begin = Date.now() - 3000
  const events = Array.from({ length: warm + count }, (_, delivery) => make(Array.from({ length: size }, (__, index) => recordOf(delivery * size + index, begin)), release))
  await take(0, warm)
  database.calls = 0
  server.send(null)
  const [ofServer, clock, processor] = [await answer(), performance.now(), process.cpuUsage()]
  const windows = []
  const each = Math.ceil(count / 12)
  for (let from = warm; from < warm + count; from += each) {
    const [before, to] = [process.cpuUsage(), Math.min(warm + count, from + each)]
    await take(from, to)
    const spent = process.cpuUsage(before)
    windows.push((spent.user + spent.system) / 1000 / (to - from))
  }
  windows.sort((one, other) => one - other)
  const [seconds, { user, system }] = [(performance.now() - clock) / 1000, process.cpuUsage(processor)]
  server.send(ofServer)
  const served = await answer()
  const rounded = (value) => Math.round(value * 100) / 100
  process.stdout.write(`${JSON.stringify({ requestsADelivery: size, requestsASecond: Math.round((size * count) / seconds), msADelivery: rounded((seconds * 1000) / count), leastProcessorMs: rounded(windows[0]), medianProcessorMs: rounded(windows[windows.length >> 1]), processorMsADelivery: rounded((user + system) / 1000 / count), databaseMsADelivery: rounded((served.user + served.system) / 1000 / count), callsADelivery: rounded(database.calls / count) })}\n`)
  database.close()
  server.disconnect()
}

async function openRelease(kit) {
  const load = (path) => import(pathToFileURL(join(resolve(kit), 'src', path)).href)
  const [config, persist, store, telemetry, events, writer, slim] = await Promise.all([load('config/index.ts'), load('persist/index.ts'), load('store/index.ts'), load('telemetry/index.ts'), load('telemetry/log-event.ts'), load('runtime/line/line-writer.ts').catch(() => load('runtime/line-writer.ts')), load('lambda/slim-database.ts').catch(() => ({}))])
  return { ...persist, ...store, ...telemetry, ...events, ...writer, mark: config.lineMark ?? '{', hasShortLines: config.shortNames !== undefined, openTables: slim.openSlimDatabase ?? persist.openDatabase }
}

function counted(database) {
  const own = { ...database, calls: 0, run: (...call) => ((own.calls += 1), database.run(...call)) }
  return own
}

// As an HTTP API and a function of 128 MB leave them, 1 in 100 of them failures.
function recordOf(index, begin) {
  const hex = createHash('sha256').update(String(index)).digest('hex')
  const uuid = (from) => `${hex.slice(from, from + 8)}-${hex.slice(from + 8, from + 12)}-4${hex.slice(from + 13, from + 16)}-8${hex.slice(from + 17, from + 20)}-${hex.slice(from + 20, from + 32)}`
  const [at, duration, status] = [begin + (index % 997), 3 + (index % 80), index % 100 === 7 ? 500 : 200]
  const path = index % 2 === 0 ? '/builds' : `/builds/${index * 7919}`
  return {
    kind: 'request', level: status === 500 ? 'error' : 'info', time: new Date(at + duration).toISOString(), started: new Date(at).toISOString(), message: `GET ${path} ${status}`, service: 'builds', stage: 'live', version: '261130-0907-12-5c1f2e', function: 'builds-live-builds',
    operation: index % 2 === 0 ? 'listBuilds' : 'getBuild', call_id: uuid(16), call_path: 'builds', request_id: uuid(16), gateway_id: Buffer.from(hex.slice(0, 22), 'hex').toString('base64'), gateway_time: new Date(at - 4).toISOString(), method: 'GET', path, ...(index % 2 === 0 ? { query: 'limit=20' } : {}), status, duration_ms: duration, length: 300 + (index % 900), in_bytes: 800 + (index % 60), out_bytes: 600 + (index % 900), response_type: 'application/json',
    user: `user-${index % 500}`, ip: `198.51.${index % 256}.${(index * 31) % 256}`, user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', memory_mb: 91 + (index % 3),
    ...(status === 500 ? { error: 'UNHANDLED_SERVER_ERROR', error_description: 'it broke', error_id: uuid(8), stack: 'Error: it broke\n    at handler (functions/builds.ts:10:9)' } : {}),
  }
}

function plainEvents(records, { mark }) {
  return [eventOf('/aws/lambda/builds-live-builds', records.map((record) => `${mark}${JSON.stringify(record).slice(1)}\n`), records)]
}

// With Lambda's own lines.
function functionEvents(records, { toBoundedLine }) {
  const messages = records.flatMap((record) => [`START RequestId: ${record.request_id} Version: 12\n`, `${toBoundedLine(record)}\n`, `END RequestId: ${record.request_id}\n`, `REPORT RequestId: ${record.request_id}\tDuration: ${record.duration_ms}.12 ms\tBilled Duration: ${record.duration_ms + 1} ms\tMemory Size: 128 MB\tMax Memory Used: ${record.memory_mb} MB\t\n`])
  return [eventOf('/aws/lambda/builds-live-builds', messages, records)]
}

// Releases before short lines also take in what the gateway says of every request.
function functionAndGatewayEvents(records, release) {
  const access = ({ gateway_id: id, gateway_time: time, ip, method, path, status, duration_ms: ms, length, request_id: invocation }) => JSON.stringify({ kind: 'access', request_id: id, time: String(Date.parse(time)), ip, method, path, status: String(status), latency_ms: String(ms + 6), length: String(length), gateway_error: '-', integration_status: '200', integration_error: '-', integration_id: invocation })
  return [...functionEvents(records, release), eventOf('builds-live-access', records.map(access), records)]
}

function eventOf(logGroup, messages, records) {
  const each = messages.length / records.length
  const logEvents = messages.map((message, index) => ({ id: createHash('sha256').update(message).digest('hex').slice(0, 56), timestamp: Date.parse(records[Math.floor(index / each)].time), message }))
  return { awslogs: { data: gzipSync(JSON.stringify({ messageType: 'DATA_MESSAGE', owner: '123456789012', logGroup, logStream: '2026/11/30/[12]5c1f2e90aa7744b1b0d5', subscriptionFilters: ['lines'], logEvents })).toString('base64') } }
}
