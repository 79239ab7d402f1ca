// The service whose answers are compared between the edges: an operation for each kind of answer.
import { defineError, defineFormats, defineService, type Format, redirect, reply, type Service } from '../../src/runtime/index.ts'
import { apiDocument, compileApi, jsonBody, type Loose, type LooseHandlers, operation, parameter } from '../runtime/service-fixture.ts'

const media = (type: string, schema: unknown = {}): unknown => ({ 200: { description: 'x', content: { [type]: { schema } } } })
const q = (name: string, schema: Record<string, unknown>, more: Record<string, unknown> = {}): unknown => parameter(`query ${name}`, schema, more)
const strings = { type: 'array', items: { type: 'string' } }

const week = { type: 'string', format: 'iso-week' }
const document = apiDocument({
  '/echo': {
    get: operation('echo', { parameters: [q('n', { type: 'integer' }), q('flag', { type: 'boolean' }), q('list', strings), q('csv', strings, { explode: false }), q('text', { type: 'string' }), q('deep', { type: 'object', properties: { a: { type: 'integer' } } }, { style: 'deepObject' }), parameter('header x-list', strings), parameter('header x-n', { type: 'integer' }), parameter('cookie session', { type: 'string' }), parameter('cookie theme', { type: 'string', default: 'light' })] }),
    post: operation('echoJson', { requestBody: jsonBody({ type: 'object', required: ['a'], properties: { a: { type: 'string' }, n: { type: 'integer', default: 1 } } }) }),
  },
  '/things/{id}': { get: operation('getThing', { parameters: [parameter('path id', { type: 'string' })] }) },
  '/numbers/{n}': { get: operation('getNumber', { parameters: [parameter('path n', { type: 'integer' })] }) },
  '/form': { post: operation('echoForm', { requestBody: { required: true, content: { 'application/x-www-form-urlencoded': { schema: { type: 'object', properties: { n: { type: 'integer' }, list: strings } } }, 'multipart/form-data': { schema: { type: 'object', properties: { n: { type: 'integer' }, file: { type: 'string', format: 'binary' } } } } } } }) },
  '/text': { post: operation('echoText', { requestBody: { content: { 'text/plain': { schema: { type: 'string' } } } }, responses: media('text/plain', { type: 'string' }) }) },
  '/bytes': { post: operation('echoBytes', { requestBody: { content: { 'application/octet-stream': {} } }, responses: media('application/octet-stream') }) },
  '/long': { get: operation('getLong', { responses: media('text/plain', { type: 'string' }) }) },
  '/nothing': { delete: operation('deleteNothing', { responses: { 204: { description: 'x' } } }) },
  '/moved': { get: operation('getMoved', { responses: { 302: { description: 'x' } } }) },
  '/cookies': { get: operation('getCookies') },
  '/odd': { get: operation('getOdd', { responses: { 543: { description: 'x' } } }) },
  '/fail': { get: operation('fail') },
  '/broken': { get: operation('getBroken') },
  '/closed': { get: operation('getClosed', { security: [{ token: [] }] }), post: operation('postClosed', { security: [{ token: [] }] }) },
  '/basic': { get: operation('getBasic', { security: [{ basic: [] }] }) },
  '/small': { post: operation('postSmall', { 'x-klue-body-limit': 10, requestBody: { content: { 'text/plain': {} } } }) },
  '/weeks/{week}': { post: operation('echoWeek', { parameters: [parameter('path week', week)], requestBody: jsonBody({ type: 'object', properties: { week } }), responses: media('application/json', { type: 'object', properties: { path: week, body: week } }) }) },
  '/missing': { get: operation('getMissing') },
}, { 'x-klue-formats': ['iso-week'], components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' }, basic: { type: 'http', scheme: 'basic' } } } })

const teapot = defineError('TEAPOT', 418, 'I am a teapot')
const echo = ({ path, query, headers, cookies, body }: Loose): unknown => ({ path, query, headers, cookies, body })

const isoWeek: Format<{ year: number; week: number }> = {
  parse: (text) => {
    const [year, number] = text.split('-W').map(Number)
    if (!Number.isInteger(year) || !Number.isInteger(number)) throw new Error('must be a week')
    return { year: year!, week: number! }
  },
  print: (value) => `${value.year}-W${value.week}`,
}

const handlers: LooseHandlers = {
  echo: echo as LooseHandlers[string] & object,
  echoJson: ({ body }) => reply(201, { body }, { headers: { location: '/ö' } }),
  getThing: echo as LooseHandlers[string] & object,
  getNumber: echo as LooseHandlers[string] & object,
  echoForm: ({ body }) => ({ body }),
  echoText: ({ body }) => body ?? '',
  echoBytes: ({ body }) => body ?? new Uint8Array(0),
  getLong: () => 'ü'.repeat(400),
  deleteNothing: () => undefined,
  getMoved: () => redirect('/things/1'),
  getCookies: () => reply(200, {}, { cookies: ['a=1; HttpOnly', 'b=2'], headers: { 'x-split': 'a\r\nb' } }),
  getOdd: () => reply(543, { odd: true }),
  fail: () => teapot('no coffee', { headers: { 'retry-after': '9' } }).tellUser('Tea?'),
  getBroken: () => {
    throw new Error('broken ü')
  },
  getClosed: (_input, { user }) => ({ user: user?.id }),
  postClosed: (_input, { user }) => ({ user: user?.id }),
  echoWeek: ({ path, body }) => ({ path: { ...(path['week'] as object), year: 2000 }, body: (body as { week: unknown }).week }),
  getBasic: (_input, { user }) => ({ user: user?.id }),
  postSmall: () => ({}),
}

/** Declares the service. */
export async function edgeService(): Promise<Service> {
  const spec = await compileApi(document)
  return defineService({ spec, handlers, formats: defineFormats({ 'iso-week': isoWeek }) as object, security: { basic: (credentials) => credentials.kind === 'basic' && credentials.password === 'p:w' }, routes: { 'GET /raw/{name}': ({ path }) => reply(200, `raw ${path['name']}`, { headers: { 'content-type': 'text/plain; charset=utf-8' } }) } })
}
