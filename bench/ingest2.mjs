// Lines that one ingest takes in a second: node --conditions=klue-source --import tsx bench/ingest.mjs [lines a delivery] [deliveries]
// The database is the embedded one in a process of its own, reached over HTTP as that of an account is.
import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { lineMark } from '../src/config/index.ts'
import { openDatabase } from '../src/persist/index.ts'
import { ensureTables } from '../src/persist/index.ts'
import { storeDefinition } from '../src/store/index.ts'
import { defaultKeepRules, ingest } from '../src/telemetry/index.ts'

if (process.argv[2] === 'serve') await serve()
else await measure(Number(process.argv[2] ?? 100), Number(process.argv[3] ?? 50))

async function serve() {
  const { openLocalDynamo } = await import('../src/platform/local/index.ts')
  const dynamo = await openLocalDynamo({ memory: true })
  process.send({ endpoint: dynamo.endpoint, credentials: dynamo.credentials })
  process.on('disconnect', () => process.exit(0))
}

async function measure(size, deliveries) {
  const server = fork(import.meta.filename, ['serve'], { execArgv: process.execArgv })
  const access = await new Promise((done) => server.once('message', done))
  const database = openDatabase({ ...access, prefix: 'bench-' })
  await ensureTables(database, [storeDefinition])
  const started = Date.now()
  const events = Array.from({ length: deliveries }, (_, delivery) => Array.from({ length: size }, (_, index) => line(delivery * size + index, started + delivery)))
  await ingest({ database, rules: defaultKeepRules }, [line(-1, started)])
  const begin = performance.now()
  for (const lines of events) await ingest({ database, rules: defaultKeepRules }, lines)
  const seconds = (performance.now() - begin) / 1000
  process.stdout.write(`${JSON.stringify({ linesADelivery: size, lines: size * deliveries, linesASecond: Math.round((size * deliveries) / seconds) })}\n`)
  database.close()
  server.disconnect()
}

// As a function writes them, 2 in 100 of them failures.
function line(index, begin) {
  const hex = createHash('sha256').update(String(index)).digest('hex')
  const uuid = (from) => `${hex.slice(from, from + 8)}-${hex.slice(from + 8, from + 12)}-4${hex.slice(from + 13, from + 16)}-8${hex.slice(from + 17, from + 20)}-${hex.slice(from + 20, from + 32)}`
  const [at, duration, status] = [begin + (index % 97) * 3, 3 + (index % 80), index % 50 === 7 ? 500 : 200]
  const path = index % 2 === 0 ? '/builds' : `/builds/${index * 7919}`
  const record = {
    kind: 'request', level: status === 500 ? 'error' : 'info', time: new Date(at + duration).toISOString(), started: new Date(at).toISOString(), message: `GET ${path} ${status}`, service: 'builds', stage: 'live', version: '261130-0907-12-5c1f2e', function: 'builds-live-builds',
    operation: index % 2 === 0 ? 'listBuilds' : 'getBuild', method: 'GET', path, ...(index % 2 === 0 ? { query: 'limit=20' } : {}), status, duration_ms: duration, length: 300 + (index % 900), in_bytes: 800 + (index % 60), out_bytes: 600 + (index % 900), response_type: 'application/json',
    call_id: uuid(0), call_path: 'web.builds', user: `user-${index % 500}`, ip: `198.51.${index % 256}.${(index * 31) % 256}`, user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', request_id: uuid(16), memory_mb: 91 + (index % 3),
    ...(status === 500 ? { error: 'UNHANDLED_SERVER_ERROR', error_description: 'it broke', error_id: uuid(8), stack: 'Error: it broke\n    at handler (functions/builds.ts:10:9)' } : {}),
  }
  return { id: `line-${index}`, timestamp: at + duration, message: `${lineMark}${JSON.stringify(record).slice(1)}` }
}
