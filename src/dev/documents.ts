// The documents that a local service publishes, and the page that shows them.
import { docPage, docPageCsp } from '../docpage/index.ts'
import type { Platform } from '../runtime/edge.ts'
import { readPublished } from '../spec/index.ts'

type Published = Awaited<ReturnType<NonNullable<Platform['document']>>>

/** The document of an API in a form, or undefined where there is no such API. Read anew each time: it may have changed. */
export async function localDocument(root: string, api: string, form: 'html' | 'yaml' | 'json'): Promise<Published> {
  const found = await readPublished(root, api)
  if (found === undefined) return undefined
  if (form === 'yaml') return { contentType: 'text/plain; charset=utf-8', text: found.source }
  if (form === 'json') return { contentType: 'application/json', text: JSON.stringify(found.document) }
  const text = docPage({ title: found.title, api, specUrl: `/doc/${encodeURIComponent(api)}.json` })
  return { contentType: 'text/html; charset=utf-8', text, headers: { 'content-security-policy': docPageCsp() } }
}
