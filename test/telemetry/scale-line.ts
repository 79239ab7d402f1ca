// The lines of the test of scale: each follows from its number.
import type { LogLine } from '../../src/telemetry/index.ts'
import { marked } from './marked.ts'

// The hour before this one; processes that start in another hour are told.
export const scaleStart: number = Number(process.env['SCALE_START'] ?? Math.floor(Date.now() / 3_600_000) * 3_600_000 - 3_600_000)
export const operations = ['listThings', 'getThing', 'putThing', 'deleteThing', ''] as const

/** The line of a request: spread over half an hour, five operations, a fiftieth fails. */
export function scaleLine(index: number): LogLine {
  const started = scaleStart + (index % 1800) * 1000
  const status = index % 50 === 0 ? 500 : 200
  const record = { kind: 'request', level: status === 500 ? 'error' : 'info', time: new Date(started + 20).toISOString(), started: new Date(started).toISOString(), operation: operations[index % operations.length], status, duration_ms: index % 700, request_id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`, in_bytes: 100, out_bytes: 200 }
  return { id: `line-${index}`, timestamp: started, message: marked(record) }
}
