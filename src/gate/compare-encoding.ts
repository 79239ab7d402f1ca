// Compares what `encoding` says of the parts of a form: their media types, how lists and objects are written, their headers.
import { followRefs, isObject, objectOf } from '../openapi/index.ts'
import type { Parts } from './parts.ts'
import { below, type Place, resolve } from './resolve.ts'

/** The encodings of one media type of a request. */
export function compareEncoding({ was, is }: { was: Place; is: Place }, parts: Parts): void {
  const names = new Set([was, is].flatMap(({ value }) => Object.keys(objectOf(objectOf(value)['encoding']))))
  for (const name of names) {
    const both: Both = { part: `Part \`${name}\` of the request body`, was: below(was, 'encoding', name), is: below(is, 'encoding', name) }
    compareTypes(both, parts)
    compareStyle(both, parts)
    compareHeaders(both, parts)
  }
}

interface Both {
  part: string
  was: Place
  is: Place
}

// Without the list every media type is taken.
function compareTypes({ part, was, is }: Both, parts: Parts): void {
  const [old, fresh] = [typesOf(was), typesOf(is)]
  const tell = (breaking: boolean, text: string): void => parts.tell(part, { pointer: is.pointer, rule: `request-part-media-type-${breaking ? 'removed' : 'added'}`, breaking, text })
  if (old === undefined && fresh !== undefined) return tell(true, `its media type must be ${fresh.join(' or ')} now; callers that send another are refused`)
  if (old !== undefined && fresh === undefined) return tell(false, 'it may be of any media type now; no caller breaks')
  const gone = (old ?? []).filter((type) => !fresh!.some((other) => covers(other, type)))
  const added = (fresh ?? []).filter((type) => !old!.some((other) => covers(other, type)))
  if (gone.length > 0) tell(true, `${gone.join(', ')} is gone; callers that send it are refused`)
  if (added.length > 0) tell(false, `${added.join(', ')} is new; no caller breaks`)
}

function typesOf({ value }: Place): string[] | undefined {
  const { contentType } = objectOf(value)
  return typeof contentType === 'string' ? contentType.split(',').map((type) => (type.split(';')[0] ?? '').trim().toLowerCase()) : undefined
}

function covers(range: string, type: string): boolean {
  return range === type || range === '*/*' || (range.endsWith('/*') && type.startsWith(range.slice(0, -1)))
}

function compareStyle({ part, was, is }: Both, parts: Parts): void {
  const [old, fresh] = [styleOf(was), styleOf(is)]
  if (old !== fresh) parts.tell(part, { pointer: is.pointer, rule: 'request-part-style-changed', breaking: true, text: `it is written as ${fresh} instead of ${old}; callers that write it the old way are misread or refused` })
}

function styleOf({ value }: Place): string {
  const { style = 'form', explode } = objectOf(value)
  return `${String(style)}${(typeof explode === 'boolean' ? explode : style === 'form') ? ', exploded' : ''}`
}

function compareHeaders({ part, was, is }: Both, parts: Parts): void {
  const [olds, news] = [headersOf(was, parts.before.document), headersOf(is, parts.after.document)]
  for (const name of new Set([...olds.keys(), ...news.keys()])) {
    const [old, fresh] = [olds.get(name), news.get(name)]
    const tell = (rule: string, breaking: boolean, text: string): void => parts.tell(`Header \`${name}\` of p${part.slice(1)}`, { pointer: (fresh ?? old)!.pointer, rule: `request-part-header-${rule}`, breaking, text })
    if (fresh === undefined) tell('removed', true, 'it is gone; what callers send in it no longer has an effect')
    else if (old === undefined) {
      const isAsked = fresh.isRequired && !hasDefault(fresh, parts)
      tell(isAsked ? 'required' : 'added', isAsked, isAsked ? 'it is new and required; callers that do not send it are refused' : 'it is new; no caller breaks')
    } else {
      if (!old.isRequired && fresh.isRequired && !hasDefault(fresh, parts)) tell('required', true, 'it is required now; callers that do not send it are refused')
      if (old.isRequired && !fresh.isRequired) tell('optional', false, 'it is optional now; no caller breaks')
      const [before, after] = [below(old, 'schema'), below(fresh, 'schema')]
      if (isObject(before.value) && isObject(after.value)) parts.schemas(`Header \`${name}\` of p${part.slice(1)}`, { before: [before], after: [after] }, { direction: 'request', label: name, isText: true })
    }
  }
}

type Header = Place & { isRequired: boolean }

function hasDefault(header: Header, parts: Parts): boolean {
  return resolve(parts.after, below(header, 'schema')).some(({ value }) => isObject(value) && 'default' in value)
}

function headersOf(encoding: Place, document: unknown): Map<string, Header> {
  const headers = new Map<string, Header>()
  for (const [name, header] of Object.entries(objectOf(objectOf(encoding.value)['headers']))) {
    const value = followRefs(document, header)
    // OpenAPI ignores a header of this name: the media types say it.
    if (isObject(value) && name.toLowerCase() !== 'content-type') headers.set(name.toLowerCase(), { pointer: below(encoding, 'headers', name).pointer, value, isRequired: value['required'] === true })
  }
  return headers
}
