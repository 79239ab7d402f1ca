// Compares bodies: of the request, and of each response with its headers and media types.
import { bareType, fallsUnder, isForm } from '../media/index.ts'
import { bodyOf, followRefs, isObject, type Located, objectOf, type RawOperation, repliesOf } from '../openapi/index.ts'
import type { Direction } from './change.ts'
import { compareEncoding } from './compare-encoding.ts'
import type { Parts } from './parts.ts'
import { below, type Place } from './resolve.ts'

interface Both {
  before: RawOperation
  after: RawOperation
}

/** The body of the request. */
export function compareBody({ before, after }: Both, parts: Parts): void {
  const [was, is] = [bodyOf(parts.before, before), bodyOf(parts.after, after)]
  const part = 'Request body'
  if (was === undefined && is === undefined) return
  if (was === undefined) {
    const breaking = is!.value['required'] === true
    return parts.tell(part, { pointer: is!.pointer, rule: breaking ? 'request-body-required' : 'request-body-added', breaking, text: breaking ? 'it is new and required; callers that do not send one are refused' : 'it is new; no caller breaks' })
  }
  if (is === undefined) return parts.tell(part, { pointer: was.pointer, rule: 'request-body-removed', breaking: true, text: 'it is gone; what callers send no longer has an effect' })
  const [wasAsked, isAsked] = [was.value['required'] === true, is.value['required'] === true]
  if (!wasAsked && isAsked) parts.tell(part, { pointer: is.pointer, rule: 'request-body-required', breaking: true, text: 'it is required now; callers that do not send one are refused' })
  if (wasAsked && !isAsked) parts.tell(part, { pointer: is.pointer, rule: 'request-body-optional', breaking: false, text: 'it is optional now; no caller breaks' })
  compareMedia({ part, was, is, direction: 'request' }, parts)
}

/** Every response: its status, its headers, its body. */
export function compareResponses({ before, after }: Both, parts: Parts): void {
  const news = repliesOf(parts.after, after)
  const matched = new Set<string>()
  const olds = repliesOf(parts.before, before)
  const hasSuccess = olds.some(({ status }) => isSuccess(status))
  for (const was of olds) {
    const others = answersInsteadOf(was.status, news.map(({ status }) => status))
    for (const status of others) matched.add(status)
    if (others.length === 0) {
      const breaking = isSuccess(was.status) || (was.status === 'default' && !hasSuccess)
      parts.tell(`Response ${was.status}`, { pointer: was.pointer, rule: breaking ? 'response-status-removed' : 'response-error-status-removed', breaking, text: `it is gone; ${breaking ? 'callers that wait for it do not get it' : 'no caller breaks'}` })
    }
    for (const is of news.filter(({ status }) => others.includes(status))) {
      compareHeaders({ was, is }, parts)
      compareMedia({ part: `Response ${is.status}`, was, is, direction: 'response' }, parts)
    }
  }
  for (const is of news) if (!matched.has(is.status)) parts.tell(`Response ${is.status}`, { pointer: is.pointer, rule: 'response-status-added', breaking: false, text: 'it is new; no caller breaks' })
}

// The same status; else the range or the default that covers it, or the statuses that a range became.
function answersInsteadOf(status: string, news: readonly string[]): string[] {
  if (news.includes(status)) return [status]
  const range = `${status[0]}XX`
  if (status !== 'default' && status !== range && news.includes(range)) return [range]
  if (status === range) return news.filter((other) => other[0] === status[0])
  return status !== 'default' && news.includes('default') && !isSuccess(status) ? ['default'] : []
}

// What is not an error; where no status is one of these, `default` is the success.
function isSuccess(status: string): boolean {
  return /^[123]/.test(status)
}

interface Content {
  part: string
  was: Located
  is: Located
  direction: Direction
}

function compareMedia({ part, was, is, direction }: Content, parts: Parts): void {
  const [old, fresh] = [Object.keys(objectOf(was.value['content'])), Object.keys(objectOf(is.value['content']))]
  const used = new Set<string>()
  for (const media of old) {
    const other = coveringMedia(media, fresh, direction)
    const pointer = below(was, 'content', media).pointer
    if (other === undefined) {
      const who = direction === 'request' ? 'callers that send it are refused' : 'callers that read it cannot read the answer'
      parts.tell(part, { pointer, rule: `${direction}-media-type-removed`, breaking: true, text: `${media} is gone; ${who}` })
      continue
    }
    used.add(other)
    // Elsewhere `encoding` means nothing.
    if (direction === 'request' && isForm(media)) compareEncoding({ was: below(was, 'content', media), is: below(is, 'content', other) }, parts)
    const places = { before: schemaOf(was, media), after: schemaOf(is, other) }
    if (places.before.length > 0 && places.after.length > 0) parts.schemas(part, places, { direction, label: 'body' })
    else compareDescribed({ part, pointer: below(is, 'content', other).pointer, direction, isDescribed: [places.before.length > 0, places.after.length > 0] }, parts)
  }
  for (const media of fresh) if (!used.has(media)) parts.tell(part, { pointer: below(is, 'content', media).pointer, rule: `${direction}-media-type-added`, breaking: false, text: `${media} is new; no caller breaks` })
}

function compareDescribed({ part, pointer, direction, isDescribed: [was, is] }: { part: string; pointer: string; direction: Direction; isDescribed: [boolean, boolean] }, parts: Parts): void {
  if (was === is) return
  const breaking = direction === 'request' ? is : was
  const who = !breaking ? 'no caller breaks' : direction === 'request' ? 'callers that send something else are refused' : 'callers that rely on it break'
  parts.tell(part, { pointer, rule: `${direction}-schema-${is ? 'added' : 'removed'}`, breaking, text: `its schema is ${is ? 'new' : 'gone'}; ${who}` })
}

function schemaOf(owner: Located, media: string): Place[] {
  const place = below(owner, 'content', media, 'schema')
  return isObject(place.value) ? [place] : []
}

// The same text first, then without parameters such as the charset. A range takes what callers send; what they read may become one of a range.
function coveringMedia(media: string, others: readonly string[], direction: Direction): string | undefined {
  const plain = bareType(media)
  return others.find((other) => other === media) ?? others.find((other) => bareType(other) === plain) ?? others.find((other) => (direction === 'request' ? fallsUnder(plain, bareType(other)) : fallsUnder(bareType(other), plain)))
}

function compareHeaders({ was, is }: { was: Located & { status: string }; is: Located & { status: string } }, parts: Parts): void {
  const news = headersOf(is, parts.after.document)
  for (const [name, old] of headersOf(was, parts.before.document)) {
    const fresh = news.get(name)
    news.delete(name)
    const part = `Header \`${name}\` of response ${is.status}`
    if (fresh === undefined) {
      parts.tell(part, { pointer: old.pointer, rule: 'response-header-removed', breaking: true, text: 'it is gone; callers that read it find nothing' })
      continue
    }
    if (old.value['required'] === true && fresh.value['required'] !== true) parts.tell(part, { pointer: fresh.pointer, rule: 'response-header-optional', breaking: true, text: 'it is optional now; callers that count on it may miss it' })
    if (isObject(old.value['schema']) && isObject(fresh.value['schema'])) parts.schemas(part, { before: [below(old, 'schema')], after: [below(fresh, 'schema')] }, { direction: 'response', label: name })
  }
  for (const [name, fresh] of news) parts.tell(`Header \`${name}\` of response ${is.status}`, { pointer: fresh.pointer, rule: 'response-header-added', breaking: false, text: 'it is new; no caller breaks' })
}

function headersOf(reply: Located, document: unknown): Map<string, Located> {
  const headers = new Map<string, Located>()
  for (const [name, header] of Object.entries(objectOf(reply.value['headers']))) {
    const value = followRefs(document, header)
    // OpenAPI ignores a header of this name: the media types say it.
    if (isObject(value) && name.toLowerCase() !== 'content-type') headers.set(name.toLowerCase(), { pointer: below(reply, 'headers', name).pointer, value })
  }
  return headers
}
