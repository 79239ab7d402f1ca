// Sends thousands of different requests through one service and prints what is left of them in memory; started with --expose-gc.
import { fromEvent } from '../../src/lambda/event.ts'
import type { HttpApiEvent } from '../../src/lambda/index.ts'
import { generateToken } from '../../src/runtime/edge.ts'
import { apiDocument, jsonBody, type LooseHandlers, type Opened, openApi, operation, parameter } from './service-fixture.ts'

const requests = 6000
const object = { type: 'object', properties: { a: { type: 'integer' } }, additionalProperties: true }

async function openThings(): Promise<Opened> {
  const document = apiDocument({
    '/things/{id}': { post: operation('post', { parameters: [parameter('path id', { type: 'string' }), parameter('query q', { type: 'string' }), parameter('query open', object), parameter('cookie c', { type: 'string' })], requestBody: jsonBody(object) }), get: operation('get', { parameters: [parameter('path id', { type: 'string' })], security: [{ token: [] }] }) },
    '/form': { post: operation('form', { requestBody: { content: { 'application/x-www-form-urlencoded': { schema: object }, 'multipart/form-data': { schema: object } } } }) },
  }, { components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } } })
  const handlers = { post: ({ body, path }: { body: unknown; path: unknown }) => ({ body, path }), get: () => ({}), form: ({ body }: { body: unknown }) => ({ body }) } as unknown as LooseHandlers
  return openApi(document, { handlers })
}

// Each of them has texts of its own in every part, so that whatever is kept by text keeps growing.
async function send({ answer, platform, log }: Opened, from: number): Promise<void> {
  for (let count = from; count < from + requests; count += 1) {
    const mark = `${count}-${'x'.repeat(400)}`
    const event = (method: string, rawPath: string, part: Partial<HttpApiEvent>): Promise<unknown> => answer(fromEvent({ version: '2.0', rawPath, rawQueryString: `q=${mark}&k${count}=${mark}`, cookies: [`c=${mark}`, `c${count}=1`], requestContext: { http: { method } }, ...part, headers: { [`x-${count}`]: mark, kluecallid: mark.slice(0, 60), ...part.headers } }))
    const kind = count % 6
    if (kind === 0) await event('POST', `/things/${mark}`, { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ [mark]: mark }) })
    if (kind === 1) await event('POST', `/things/${mark}`, { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ a: mark }) })
    if (kind === 2) await event('GET', `/things/${mark}`, { headers: { authorization: `Bearer ${count % 4 === 0 ? mark : await generateToken(platform, mark)}` } })
    if (kind === 3) await event('POST', `/${mark}/${mark}`, {})
    if (kind === 4) await event('POST', '/form', { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: `${mark}=${mark}&b[${mark}]=1` })
    if (kind === 5) await event('POST', '/form', { headers: { 'content-type': `multipart/form-data; boundary=X${count}` }, body: `--X${count}\r\nContent-Disposition: form-data; name="${mark}"\r\n\r\n1\r\n--X${count}--` })
    log.length = 0
  }
}

function heapBytes(): number {
  const collect = (globalThis as { gc?: () => void }).gc!
  for (let round = 0; round < 5; round += 1) collect()
  return process.memoryUsage().heapUsed
}

const opened = await openThings()
await send(opened, 0)
await send(opened, requests)
const before = heapBytes()
await send(opened, 2 * requests)
process.stdout.write(JSON.stringify({ retained: heapBytes() - before, requests }))
