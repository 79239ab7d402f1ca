// Lines as CloudWatch Logs hands them to a function, also where they come back from its queue of failures.
import type { LogLine } from './log-line.ts'

/** What CloudWatch Logs hands over: JSON, compressed, in base64. */
export interface LogsEvent {
  awslogs: { data: string }
}

interface LogsData {
  messageType: string
  logGroup: string
  logStream: string
  logEvents: { id: string; timestamp: number; message: string }[]
}

/** The lines of an event. Throws where it is none. */
export function linesOfEvent({ awslogs }: LogsEvent): LogLine[] {
  const { messageType, logEvents, logGroup, logStream } = JSON.parse(unzipped(Buffer.from(awslogs.data, 'base64'))) as LogsData
  // Control messages only ask whether somebody is there.
  if (messageType !== 'DATA_MESSAGE') return []
  return logEvents.map(({ id, timestamp, message }) => ({ id, timestamp, message, group: logGroup, stream: logStream }))
}

// CloudWatch Logs hands over a megabyte at most.
const [leastPart, mostPart] = [1024, 1_048_576]

// As one part: what a gzip file ends with is its length, and where that is wrong there are several, or one that is too large.
function unzipped(bytes: Buffer): string {
  const length = bytes.length < 4 ? 0 : bytes.readUInt32LE(bytes.length - 4)
  return process.getBuiltinModule('node:zlib').gunzipSync(bytes, { chunkSize: Math.min(Math.max(length + 1, leastPart), mostPart) }).toString()
}

/** The lines of a message in the queue of failures: the event itself, or wrapped into what Lambda says of the failure. Throws where it holds none. */
export function linesOfFailure(body: string): LogLine[] {
  const message = JSON.parse(body) as Partial<LogsEvent> & { requestPayload?: Partial<LogsEvent> }
  const event = message.awslogs === undefined ? message.requestPayload : message
  if (typeof event?.awslogs?.data !== 'string') throw new Error('it holds no event of CloudWatch Logs')
  return linesOfEvent(event as LogsEvent)
}
