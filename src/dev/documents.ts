// The documents that a local service publishes, and the page that shows them.
import { type DocumentForm, documentForm, type DocumentText } from '../docpage/index.ts'
import { readPublished } from '../spec/index.ts'

/** The document of an API in a form, or undefined where there is no such API. Read anew each time: it may have changed. */
export async function localDocument(root: string, api: string, form: DocumentForm): Promise<DocumentText | undefined> {
  const found = await readPublished(root, api)
  return found === undefined ? undefined : documentForm(api, found, form)
}
