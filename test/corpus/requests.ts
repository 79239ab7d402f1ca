// Requests of an operation: one made from its schemas, and its mutants, as text on the wire.
import { cookieText, headerText, pathText, queryPairs } from '../../src/client/parameter-text.ts'
import { bodyOf, type RawOperation } from '../../src/openapi/compile/operations.ts'
import { parameterSchema } from '../../src/openapi/compile/parameters.ts'
import { isObject, type JsonObject, objectOf } from '../../src/openapi/read/pointers.ts'
import type { ApiDocument, CompiledOperation } from '../../src/openapi/index.ts'
import { type Mutant, mutants } from './mutants.ts'
import { sample } from './samples.ts'

/** What a request says, before it is written. */
export interface Spoken {
  parameters: Record<string, JsonObject>
  body: unknown
  /** The media type of the body; absent where there is none. */
  media?: string
  /** Absent for the request that fits. */
  mutant?: Pick<Mutant, 'keyword' | 'path'>
}

export interface Written {
  path: string
  query: string
  headers: Record<string, string>
  body?: string
}

const places = { path: 'path', query: 'query', header: 'headers', cookie: 'cookies' } as const

/** The schema of all parameters of an operation, as one object of objects. */
export function parametersSchema(raw: RawOperation): JsonObject {
  const properties: Record<string, JsonObject> = {}
  for (const { value } of raw.parameters) {
    const place = places[value['in'] as keyof typeof places]
    const entry = (properties[place] ??= { type: 'object', properties: {}, required: [] })
    const name = place === 'headers' ? String(value['name']).toLowerCase() : String(value['name'])
    objectOf(entry['properties'])[name] = parameterSchema(value).schema ?? {}
    if (value['required'] === true && place !== 'path') (entry['required'] as string[]).push(name)
  }
  return { properties }
}

/** The media type whose body is tried: the one that openapi-backend would look at, else the first. */
export function mediaOfBody(api: ApiDocument, raw: RawOperation): { media: string; schema: unknown } | undefined {
  const content = objectOf(bodyOf(api, raw)?.value['content'])
  const names = Object.keys(content)
  const media = ['application/json', 'multipart/form-data', 'application/x-www-form-urlencoded'].find((name) => names.includes(name)) ?? names[0]
  return media === undefined ? undefined : { media, schema: objectOf(content[media])['schema'] ?? {} }
}

/** The request that fits and its mutants, in a fixed order. */
export function spokenRequests(api: ApiDocument, raw: RawOperation): Spoken[] {
  const schema = parametersSchema(raw)
  const parameters = sample(api.document, { type: 'object', ...schema }, -2) as Record<string, JsonObject>
  const chosen = mediaOfBody(api, raw)
  const body = chosen === undefined ? undefined : sample(api.document, chosen.schema)
  const base: Spoken = { parameters, body, ...(chosen === undefined ? {} : { media: chosen.media }) }
  const ofParameters = mutants(api.document, schema, parameters)
    // What only JSON can say (null, another type in place of text) never travels as a parameter.
    .filter(({ keyword, path }) => path.length >= (keyword === 'required' ? 1 : 2) && keyword !== 'nullable')
    .map((mutant): Spoken => ({ ...base, parameters: mutant.value as Spoken['parameters'], mutant }))
  const ofBody = chosen === undefined ? [] : mutants(api.document, chosen.schema, body).filter(({ keyword, path, value }) => !isForm(base) || (keyword !== 'nullable' && (path.length > 0 || isObject(value)))).map((mutant): Spoken => ({ ...base, body: mutant.value, mutant: { ...mutant, path: ['body', ...mutant.path] } }))
  const bodiless: Spoken[] = chosen === undefined ? [] : [{ parameters, body: undefined, mutant: { keyword: 'body', path: ['body'] } }]
  return [base, ...ofParameters, ...ofBody, ...bodiless]
}

/** Whether the body is a form, which carries text only. */
export function isForm({ media }: Pick<Spoken, 'media'>): boolean {
  return media === 'multipart/form-data' || media === 'application/x-www-form-urlencoded'
}

/** A request as it travels. */
export function writeRequest(operation: CompiledOperation, { parameters, body, media }: Spoken): Written {
  const pairs: string[] = []
  const cookies: string[] = []
  const headers: Record<string, string> = {}
  let { path } = operation
  for (const parameter of operation.parameters) {
    const value = parameters[places[parameter.in]]?.[parameter.name]
    if (value === undefined) continue
    if (parameter.in === 'path') path = path.replace(`{${parameter.name}}`, () => pathText(parameter, value))
    if (parameter.in === 'query') pairs.push(...queryPairs(parameter, value))
    if (parameter.in === 'header') headers[parameter.name] = headerText(parameter, value)
    if (parameter.in === 'cookie') cookies.push(cookieText(parameter, value))
  }
  if (cookies.length > 0) headers['cookie'] = cookies.join('; ')
  const written = body === undefined || media === undefined ? undefined : writeBody(media, body, headers)
  return { path, query: pairs.join('&'), headers, ...(written === undefined ? {} : { body: written }) }
}

function writeBody(media: string, body: unknown, headers: Record<string, string>): string {
  headers['content-type'] = media.includes('*') ? 'application/json' : media
  if (media === 'application/x-www-form-urlencoded') return formPairs(body).map(([name, text]) => `${encodeURIComponent(name)}=${encodeURIComponent(text)}`).join('&')
  if (media !== 'multipart/form-data') return typeof body === 'string' && !/json|\*/.test(media) ? body : JSON.stringify(body)
  headers['content-type'] = 'multipart/form-data; boundary=part'
  return `${formPairs(body).map(([name, text]) => `--part\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`).join('')}--part--`
}

/** The fields of a form: lists as repeated names, objects in brackets. */
export function formPairs(body: unknown, name: string = ''): [string, string][] {
  if (Array.isArray(body)) return body.flatMap((item, index) => formPairs(item, isObject(item) || Array.isArray(item) ? `${name}[${index}]` : name))
  if (isObject(body)) return Object.entries(body).flatMap(([key, value]) => formPairs(value, name === '' ? key : `${name}[${key}]`))
  return body === null || body === undefined || name === '' ? [] : [[name, String(body as string)]]
}
