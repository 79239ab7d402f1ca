// The headers of the parts of a form that its document declares: read, checked, and handed over beside the values.
import type { ErrorDetail } from '../../errors/index.ts'
import type { CompiledPart, RequestValidators, Validator } from '../../openapi/index.ts'
import type { PartHead } from '../exchange/types.ts'
import { type FormPair, ownerOf } from './form.ts'
import type { FormFile } from './multipart.ts'
import { escapePointer, headerOf, readText, record } from './parameters.ts'

export interface PartHeaders {
  heads: PartHead[]
  /** What is wrong with them. */
  check: (validators: RequestValidators, media: string, run: (validator: Validator, value: unknown, prefix: string) => ErrorDetail[]) => ErrorDetail[]
  /** Puts `{ value, headers }` into the places of fields; files carry their headers themselves. */
  handOver: (form: unknown) => void
}

/** Reads the declared headers of every part; files get theirs at once. */
export function readPartHeaders(pairs: readonly FormPair[], declared: Record<string, CompiledPart>): { parts: PartHeaders; unreadable: ErrorDetail[] } {
  const unreadable: ErrorDetail[] = []
  const counts = new Map<string, number>()
  const heads = pairs.flatMap(({ name, value, head = '' }): PartHead[] => {
    const field = Object.hasOwn(declared, name) ? name : ownerOf(name)
    if (field === undefined || !Object.hasOwn(declared, field)) return []
    const position = counts.get(field) ?? 0
    counts.set(field, position + 1)
    const part = declared[field]!
    const pointer = `/body/${escapePointer(field)}${part.isList === true ? `/${position}` : ''}/headers`
    const headers = readHead(part, head, (header, message) => unreadable.push({ pointer: `${pointer}/${escapePointer(header)}`, message }))
    if (isFile(value)) value.headers = headers
    return [{ field, pointer, headers }]
  })
  return {
    unreadable,
    parts: {
      heads,
      check: (validators, media, run) => heads.flatMap(({ field, pointer, headers }) => run(validators.parts![media]![field]!, headers, pointer)).filter((fault) => !unreadable.some(({ pointer }) => pointer === fault.pointer)),
      handOver: (form) => handOver(form as Record<string, unknown>, declared, heads),
    },
  }
}

function readHead({ headers: declared }: CompiledPart, head: string, onFault: (header: string, message: string) => void): Record<string, unknown> {
  const sent = record<string>()
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':')
    const key = line.slice(0, Math.max(0, colon)).toLowerCase()
    const value = line.slice(colon + 1).trim()
    sent[key] = sent[key] === undefined ? value : `${sent[key]}, ${value}`
  }
  const headers = record()
  for (const parameter of declared) {
    try {
      const value = readText(parameter, headerOf(sent, parameter.name))
      if (value !== undefined) headers[parameter.name] = value
    } catch {
      onFault(parameter.name, `must be readable as ${parameter.content}`)
    }
  }
  return headers
}

function handOver(form: Record<string, unknown>, declared: Record<string, CompiledPart>, heads: PartHead[]): void {
  for (const [field, { isList }] of Object.entries(declared)) {
    const value = form[field]
    if (value === undefined) continue
    const own = heads.filter((head) => head.field === field).map(({ headers }) => headers)
    // With one part for each item every item has its own headers; otherwise all have those of the first part.
    const headersAt = (index: number, count: number): Record<string, unknown> => (own.length === count ? own[index] : own[0]) ?? record()
    const beside = (one: unknown, headers: Record<string, unknown>): unknown => (isFile(one) ? one : { value: one, headers })
    form[field] = isList === true && Array.isArray(value) ? value.map((item: unknown, index) => beside(item, headersAt(index, value.length))) : beside(value, headersAt(0, 1))
  }
}

function isFile(value: unknown): value is FormFile {
  return ArrayBuffer.isView((value as Partial<FormFile> | null | undefined)?.data)
}
