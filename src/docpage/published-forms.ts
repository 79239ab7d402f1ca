// The forms in which the document of an API is served: a page, its source, and one JSON document.
import { docPage, docPageCsp } from './page.ts'

/** How an API's document is asked for: `/doc/<api>`, `/doc/<api>.yaml`, `/doc/<api>.json`. */
export type DocumentForm = 'html' | 'yaml' | 'json'

export interface DocumentText {
  contentType: string
  text: string
  headers?: Record<string, string>
}

/** What to make the forms of. */
export interface PublishedSource {
  title: string
  /** The file as it is written. */
  source: string
  /** Complete in itself, OpenAPI 3. */
  document: unknown
}

/** One form of the document of an API. */
export function documentForm(api: string, { title, source, document }: PublishedSource, form: DocumentForm): DocumentText {
  if (form === 'yaml') return { contentType: 'text/plain; charset=utf-8', text: source }
  if (form === 'json') return { contentType: 'application/json', text: JSON.stringify(document) }
  const text = docPage({ title, api, specUrl: `/doc/${encodeURIComponent(api)}.json` })
  return { contentType: 'text/html; charset=utf-8', text, headers: { 'content-security-policy': docPageCsp() } }
}
