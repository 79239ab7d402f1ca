// The answers that a document gives by itself: from its examples, else from its schemas.
import { type RawOperation, repliesOf } from '../compile/operations.ts'
import type { ApiDocument } from '../read/document.ts'
import { followRefs, isObject, type JsonObject, objectOf } from '../read/pointers.ts'
import { sampleOf } from './sample.ts'

/** What an answer may consist of. */
export interface MockReply {
  /** As declared: `200`, `4XX`, `default`. */
  declared: string
  status: number
  /** Absent where the answer has no body. */
  media?: string
  /** Candidates in order of preference: examples, a value with all properties, one with required properties only. Text and bytes have one. */
  bodies: unknown[]
  headers: Record<string, string>
}

export interface MockWish {
  /** A status that the operation declares; without it its first success. */
  code?: number
  /** The name of an example. */
  example?: string
  /** The media type, where the status has several. */
  prefers: (media: string) => number
  seed: number
}

/** The answer to a wish; undefined where the operation declares no such status or example. */
export function mockReply(api: ApiDocument, raw: RawOperation, wish: MockWish): MockReply | undefined {
  const replies = repliesOf(api, raw)
  const found = wish.code === undefined ? (replies.find(({ status }) => /^[23]/.test(status)) ?? replies[0]) : replies.find(({ status }) => status === String(wish.code)) ?? replies.find(({ status }) => status === `${Math.floor(wish.code! / 100)}XX`) ?? replies.find(({ status }) => status === 'default')
  if (found === undefined) return undefined
  const status = wish.code ?? (Number(found.status.replace('XX', '00')) || 200)
  const headers = headersOf(api, found.value, wish.seed)
  const media = bestMedia(objectOf(found.value['content']), wish)
  if (media === undefined) return wish.example === undefined ? { declared: found.status, status, bodies: [], headers } : undefined
  const bodies = bodiesOf(api, objectOf(objectOf(found.value['content'])[media]), wish)
  return bodies === undefined ? undefined : { declared: found.status, status, media, bodies, headers }
}

function bestMedia(content: JsonObject, wish: MockWish): string | undefined {
  const all = Object.keys(content)
  const named = all.filter((media) => wish.example === undefined || wish.example in objectOf(objectOf(content[media])['examples']))
  return (named.length > 0 ? named : all).reduce<string | undefined>((best, media) => (best === undefined || wish.prefers(media) > wish.prefers(best) ? media : best), undefined)
}

function bodiesOf({ document }: ApiDocument, media: JsonObject, { example, seed }: MockWish): unknown[] | undefined {
  const examples = Object.entries(objectOf(media['examples'])).map(([name, value]) => [name, objectOf(followRefs(document, value))] as const).filter(([, value]) => 'value' in value)
  if (example !== undefined) {
    const chosen = examples.find(([name]) => name === example)
    return chosen === undefined ? undefined : [chosen[1]['value']]
  }
  const schema = followRefs(document, media['schema'])
  const own = 'example' in media ? [media['example']] : []
  const ofSchema = isObject(schema) && 'example' in schema ? [schema['example']] : []
  return [...own, ...examples.map(([, value]) => value['value']), ...ofSchema, sampleOf(media['schema'] ?? {}, { document, seed, sparse: false }), sampleOf(media['schema'] ?? {}, { document, seed, sparse: true })]
}

function headersOf({ document }: ApiDocument, reply: JsonObject, seed: number): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(objectOf(reply['headers']))) {
    const header = objectOf(followRefs(document, value))
    if (header['required'] !== true && name.toLowerCase() !== 'location') continue
    const sample = header['example'] ?? objectOf(followRefs(document, header['schema']))['example'] ?? sampleOf(header['schema'] ?? { type: 'string' }, { document, seed, sparse: true })
    headers[name.toLowerCase()] = typeof sample === 'object' ? JSON.stringify(sample) : String(sample as string)
  }
  return headers
}
