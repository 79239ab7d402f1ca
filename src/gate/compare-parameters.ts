// Compares the parameters of an operation: what is asked for, and how it is written.
import { isObject, type Located, objectOf, type RawOperation } from '../openapi/index.ts'
import type { Finding } from './change.ts'
import { renamedParameters } from './pair-operations.ts'
import type { Parts } from './parts.ts'
import { below, type Place, resolve } from './resolve.ts'

/** Compares all parameters; those of a path are the same at the same place of it. */
export function compareParameters({ before, after }: { before: RawOperation; after: RawOperation }, parts: Parts): void {
  const names = renamedParameters({ before, after })
  const news = new Map(after.parameters.map((parameter) => [keyOf(parameter), parameter]))
  for (const was of before.parameters) {
    const key = keyOf(was, names)
    const is = news.get(key)
    news.delete(key)
    if (is !== undefined) compareParameter({ was, is }, parts)
    else if (was.value['in'] !== 'path') parts.tell(nameOf(was), removed(was))
  }
  for (const is of news.values()) compareNew(is, parts)
}

function removed(was: Located): Finding {
  return { pointer: was.pointer, rule: 'request-parameter-removed', breaking: true, text: 'it is gone; what callers send in it no longer has an effect' }
}

function compareNew(is: Located, parts: Parts): void {
  const isAsked = is.value['required'] === true && is.value['in'] !== 'path'
  const hasDefault = schemasOf(is).some((schema) => resolve(parts.after, schema).some(({ value }) => isObject(value) && 'default' in value))
  const breaking = isAsked && !hasDefault
  const text = breaking ? 'it is new and required; callers that do not send it are refused' : isAsked ? 'it is new and required, with a default for callers that leave it out; no caller breaks' : 'it is new; no caller breaks'
  parts.tell(nameOf(is), { pointer: is.pointer, rule: breaking ? 'request-parameter-required' : 'request-parameter-added', breaking, text })
}

function compareParameter({ was, is }: { was: Located; is: Located }, parts: Parts): void {
  const name = nameOf(is)
  const tell = (rule: string, breaking: boolean, text: string): void => parts.tell(name, { pointer: is.pointer, rule: `request-parameter-${rule}`, breaking, text })
  const [wasAsked, isAsked] = [was.value['required'] === true, is.value['required'] === true]
  const hasDefault = schemasOf(is).some((schema) => resolve(parts.after, schema).some(({ value }) => isObject(value) && 'default' in value))
  if (is.value['in'] !== 'path') {
    if (!wasAsked && isAsked && hasDefault) tell('required', false, 'it is required now, with a default for callers that leave it out; no caller breaks')
    if (!wasAsked && isAsked && !hasDefault) tell('required', true, 'it is required now; callers that do not send it are refused')
    if (wasAsked && !isAsked) tell('optional', false, 'it is optional now; no caller breaks')
  } else if (String(was.value['name']) !== String(is.value['name'])) tell('renamed', false, `it was called \`${String(was.value['name'])}\`; no caller breaks`)
  if (was.value['deprecated'] !== true && is.value['deprecated'] === true) tell('deprecated', false, 'it is deprecated now; no caller breaks')
  if (styleOf(was) !== styleOf(is)) tell('style-changed', true, `it is written as ${styleOf(is)} instead of ${styleOf(was)}; callers that write it the old way are misread or refused`)
  const [old, fresh] = [schemasOf(was), schemasOf(is)]
  if (old.length > 0 && fresh.length > 0) parts.schemas(name, { before: old, after: fresh }, { direction: 'request', label: String(is.value['name']), isText: 'schema' in is.value })
}

// Which value a text stands for depends on these; left out, they follow from the place.
function styleOf({ value }: Located): string {
  const media = Object.keys(objectOf(value['content']))[0]
  if (media !== undefined) return media
  const style = typeof value['style'] === 'string' ? value['style'] : value['in'] === 'query' || value['in'] === 'cookie' ? 'form' : 'simple'
  const explode = typeof value['explode'] === 'boolean' ? value['explode'] : style === 'form'
  return isSingle(value['schema']) ? style : `${style}${explode ? ', exploded' : ''}`
}

// One value is written the same, exploded or not.
function isSingle(schema: unknown): boolean {
  const type = objectOf(schema)['type']
  return typeof type === 'string' && type !== 'array' && type !== 'object'
}

function schemasOf(parameter: Located): Place[] {
  if (isObject(parameter.value['schema'])) return [below(parameter, 'schema')]
  const media = Object.keys(objectOf(parameter.value['content']))[0]
  return media === undefined ? [] : [below(parameter, 'content', media, 'schema')]
}

function keyOf({ value }: Located, names?: ReadonlyMap<string, string>): string {
  const name = String(value['name'])
  if (value['in'] === 'header') return `header ${name.toLowerCase()}`
  return value['in'] === 'path' ? `path ${names?.get(name) ?? name}` : `${String(value['in'])} ${name}`
}

function nameOf({ value }: Located): string {
  const place = String(value['in'])
  return `${place === 'path' ? 'Path' : place === 'header' ? 'Header' : place === 'cookie' ? 'Cookie' : 'Query'} parameter \`${String(value['name'])}\``
}
