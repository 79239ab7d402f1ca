// Lines as a deployed function behind an HTTP API writes them; each follows from its number.
import { createHash } from 'node:crypto'
import type { LogRecord } from '../../src/runtime/exchange/log.ts'
import { toBoundedLine } from '../../src/runtime/line/line-writer.ts'
import type { LogLine } from '../../src/telemetry/index.ts'

const agents = ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36', 'okhttp/4.12.0', 'python-requests/2.32.3', 'klue-client/1']

/** The line of a request that began at a time. */
export function realisticLine(index: number, { started, failed = false }: { started: number; failed?: boolean }): LogLine {
  const hash = createHash('sha256').update(String(index)).digest()
  const hex = hash.toString('hex')
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
  const [duration, own, status] = [3 + (hash[1]! % 90), hash.readUInt16BE(2), failed ? 500 : 200]
  const path = index % 2 === 0 ? '/builds' : `/builds/${own}`
  const record: LogRecord = {
    kind: 'request', level: failed ? 'error' : 'info', time: new Date(started + duration).toISOString(), started: new Date(started).toISOString(), message: `GET ${path} ${status}`, service: 'builds', stage: 'live', version: '260203-0405-12-5c1f2e', function: 'builds-live-ServiceFunctionbuildsFunction1A2B3C4D',
    operation: index % 2 === 0 ? 'listBuilds' : 'getBuild', call_id: id, call_path: 'builds', request_id: id, gateway_id: `${hash.subarray(16, 27).toString('base64')}`, gateway_time: new Date(started - (hash[28]! % 20)).toISOString(), method: 'GET', path, ...(index % 2 === 0 ? { query: 'limit=20' } : {}), status, duration_ms: duration,
    length: 300 + (own % 3000), in_bytes: 800 + (own % 700), out_bytes: 450 + (own % 3000), response_type: 'application/json', user: `user-${own % 500}`, ip: `198.51.${hash[4]}.${hash[5]}`, user_agent: agents[index % agents.length], memory_mb: 90 + (hash[6]! % 4),
    ...(failed ? { error: 'UNHANDLED_SERVER_ERROR', error_description: 'the database does not answer', error_id: hex.slice(32, 48), stack: 'Error: the database does not answer\n    at listBuilds (functions/builds.ts:41:11)\n    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)' } : {}),
  }
  return { id: `line-${index}`, timestamp: started + duration, group: '/aws/lambda/builds', stream: `2026/02/03/[12]${hex.slice(0, 1).repeat(32)}`, message: toBoundedLine(record) }
}
