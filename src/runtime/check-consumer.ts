// What is wrong with the definition of a consumer.
import type { Fault } from '../errors/index.ts'
import { patternFaults } from './check-pattern.ts'
import { type Bound, isName, optionFaults, schema, shown, whole, within } from './option-bounds.ts'

/** A definition as it was given: by `defineConsumer` its source, by `onChange` its table. */
export interface GivenConsumer {
  by: 'defineConsumer' | 'onChange'
  source: unknown
  options: unknown
  handler: unknown
  /** The name that it gets. */
  name: unknown
}

type Tell = (pointer: string, message: string, hint?: string) => void

const idempotency: Bound = { valid: (value) => value === false || (within({ ttlSeconds: whole(60, 31_536_000) }).valid(value) && (value as { ttlSeconds?: unknown }).ttlSeconds !== undefined), wanted: 'false, or { ttlSeconds } from 60 to 31536000' }

const common: Record<string, Bound> = {
  name: { valid: isName, wanted: 'letters, digits and hyphens, at most 64, and begin with a letter' },
  batch: { valid: (value) => within({ size: whole(1, 10_000), windowSeconds: whole(0, 300, 'seconds') }).valid(value) && (value as { size?: unknown }).size !== undefined, wanted: 'an object: size a whole number from 1 to 10000, windowSeconds a whole number of seconds from 0 to 300' },
  attempts: whole(1, 100),
  timeoutSeconds: whole(1, 900, 'seconds'),
  slowMs: whole(1, 900_000, 'milliseconds'),
  idempotency,
  filter: { valid: (value) => typeof value === 'object' && value !== null && !Array.isArray(value), wanted: "a pattern such as { body: { status: ['open'] } }" },
}

const all: Record<string, Bound> = { schema, concurrency: whole(2, 1000), ...common }

/** A fault for each thing about a definition that cannot be. */
export function consumerFaults({ by, source, options, handler, name }: GivenConsumer): Fault[] {
  const place = by === 'onChange' ? `onChange(${tableOf(source)})` : `defineConsumer(${shown(source)})`
  const faults: Fault[] = []
  const tell: Tell = (pointer, message, hint) => void faults.push(faultAt(pointer, message, hint))
  const kind = by === 'onChange' ? checkTable(source, place, tell) : checkSource(source, place, tell)
  if (typeof options === 'object' && options !== null) checkOptions({ kind, source, options: options as Options, place }, tell)
  else tell(place, `the options must be an object, not ${shown(options)}`, by === 'onChange' ? 'leave them out, or pass { attempts: … }' : 'pass { schema: … }')
  if (typeof handler !== 'function') tell(place, `the handler must be a function, not ${shown(handler)}`)
  if (faults.length === 0 && !isName(name)) tell(`${place}.name`, kind === 'event' ? 'a consumer of events needs a name' : `the source gives no name that a consumer may have (${shown(name)})`, 'set name: letters, digits and hyphens, at most 64, beginning with a letter')
  return faults
}

interface Options {
  name?: unknown
  schema?: unknown
  batch?: { size?: unknown; windowSeconds?: unknown } | undefined
  concurrency?: unknown
  filter?: unknown
}

type Kind = 'queue' | 'topic' | 'bucket' | 'event' | 'table'

function checkOptions({ kind, source, options, place }: { kind: Kind | undefined; source: unknown; options: Options; place: string }, tell: Tell): void {
  const found = optionFaults(options, kind === 'table' ? common : all, { what: kind === 'table' ? 'a consumer of a table' : 'a consumer', tell: (key, message, hint) => faultAt(`${place}.${key}`, message, hint) })
  for (const fault of found) tell(fault.pointer!, fault.message, fault.hint)
  const wrong = new Set(found.map(({ pointer }) => pointer!.slice(place.length + 1)))
  if (kind === 'bucket' && options.schema !== undefined) tell(`${place}.schema`, 'a consumer of a bucket takes no schema', 'its messages are the objects: leave schema out')
  if ((kind === 'queue' || kind === 'topic' || kind === 'event') && options.schema === undefined) tell(`${place}.schema`, 'a consumer needs a schema', schema.wanted)
  if (options.batch !== undefined && !wrong.has('batch')) checkBatch(options.batch as { size: number; windowSeconds?: number }, { place, isFifo: isFifo(source) }, tell)
  if (options.filter === undefined || wrong.has('filter')) return
  if (kind === 'bucket' || kind === 'event') return tell(`${place}.filter`, `a consumer of ${kind === 'bucket' ? 'a bucket' : 'events'} takes no filter`, kind === 'bucket' ? 'prefix, suffix and events of the source say what it gets' : 'event of the source is one')
  for (const fault of patternFaults(options.filter, 'filter')) tell(`${place}.filter${fault.pointer}`, fault.message)
}

function checkBatch({ size, windowSeconds = 0 }: { size: number; windowSeconds?: number }, { place, isFifo: inOrder }: { place: string; isFifo: boolean }, tell: Tell): void {
  if (inOrder && (size > 10 || windowSeconds > 0)) tell(`${place}.batch`, 'a FIFO queue gives batches of at most 10 messages, without a window')
  else if (size > 10 && windowSeconds === 0) tell(`${place}.batch`, `a batch of ${size} messages needs a window in which they are gathered`, 'set windowSeconds to at least 1, or size to at most 10')
}

function isFifo(source: unknown): boolean {
  return ['queue', 'topic'].some((kind) => String((source as Record<string, unknown> | null | undefined)?.[kind]).endsWith('.fifo'))
}

function checkTable(source: unknown, place: string, tell: Tell): 'table' {
  const table = source as { table?: unknown; key?: unknown; stream?: unknown; name?: unknown } | null | undefined
  if (typeof table?.table !== 'string' || typeof table.key !== 'object') tell(place, `the first argument is no persisted definition: ${shown(source)}`, 'pass what generated code exports for a schema with x-persist')
  else if (table.stream !== true) tell(place, `the table ${table.table} has no stream`, `set stream: true in x-persist of ${String(table.name)} and run "klue generate"`)
  return 'table'
}

const kinds: Record<Exclude<Kind, 'table'>, readonly string[]> = { queue: [], topic: [], bucket: ['prefix', 'suffix', 'events'], event: ['bus'] }

function checkSource(source: unknown, place: string, tell: Tell): Exclude<Kind, 'table'> | undefined {
  const members = typeof source === 'object' && source !== null ? (source as Record<string, unknown>) : {}
  const found = (Object.keys(kinds) as (keyof typeof kinds)[]).filter((kind) => members[kind] !== undefined)
  const [kind] = found
  if (kind === undefined || found.length > 1) return void tell(place, 'the source must be one of { queue }, { topic }, { bucket } and { event }')
  for (const key of Object.keys(members)) if (key !== kind && !kinds[kind].includes(key)) tell(`${place}.${key}`, `a source ${kind} has no ${key}`, kinds[kind].length === 0 ? undefined : `it has ${kinds[kind].join(', ')}`)
  if (kind === 'event') for (const fault of patternFaults(members[kind], 'event')) tell(`${place}.event${fault.pointer}`, fault.message)
  else checkPlace(members[kind], { kind, pointer: `${place}.${kind}` }, tell)
  if (members['bus'] !== undefined) checkPlace(members['bus'], { kind: 'bus', pointer: `${place}.bus` }, tell)
  for (const key of ['prefix', 'suffix']) {
    const value = members[key]
    if (kind === 'bucket' && value !== undefined && (typeof value !== 'string' || value === '' || value.length > 1024)) tell(`${place}.${key}`, `${key} must be a text of 1 to 1024 characters, not ${shown(value)}`)
  }
  const { events } = members
  if (kind === 'bucket' && events !== undefined && !(Array.isArray(events) && events.length > 0 && events.every((event) => event === 'created' || event === 'deleted'))) tell(`${place}.events`, `events must be a list of 'created' and 'deleted', not ${shown(events)}`)
  return kind
}

const arns: Record<string, RegExp> = {
  queue: /^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[\w-]{1,80}(\.fifo)?$/,
  topic: /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}(\.fifo)?$/,
  bucket: /^arn:aws[a-z-]*:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  bus: /^arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:event-bus\/[\w./-]{1,256}$/,
}

const shapes: Record<string, string> = { queue: 'arn:aws:sqs:<region>:<account>:<name>', topic: 'arn:aws:sns:<region>:<account>:<name>', bucket: 'arn:aws:s3:::<name>', bus: 'arn:aws:events:<region>:<account>:event-bus/<name>' }

// What the service makes is called by a name that all sources of AWS can have.
function checkPlace(value: unknown, { kind, pointer }: { kind: string; pointer: string }, tell: Tell): void {
  if (typeof value === 'string' && value.startsWith('arn:') && !arns[kind]!.test(value)) tell(pointer, `${shown(value)} is no ARN of a ${kind}`, `it has the form ${shapes[kind]}`)
  else if (typeof value !== 'string' || !(value.startsWith('arn:') || isName(value))) tell(pointer, `${kind} must be an ARN, or a name of letters, digits and hyphens, at most 64, that begins with a letter, not ${shown(value)}`)
}

function tableOf(source: unknown): string {
  return String((source as { name?: unknown } | null | undefined)?.name ?? shown(source))
}

function faultAt(pointer: string, message: string, hint?: string): Fault {
  return { code: 'consumer-invalid', file: '', pointer, message, ...(hint === undefined ? {} : { hint }) }
}
