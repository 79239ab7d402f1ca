// The documents that a local service publishes, and the page that shows them.
import type { DocumentForm, DocumentText } from '../docpage/index.ts'

/** The document of an API in a form, or undefined where there is no such API. Read anew each time: it may have changed. */
export async function localDocument({ root, tasksPath }: { root: string; tasksPath: string }, api: string, form: DocumentForm): Promise<DocumentText | undefined> {
  // Loaded here: a start must not wait for what reads documents and shows them.
  const [{ documentForm }, { readPublished }] = await Promise.all([import('../docpage/index.ts'), import('../openapi/index.ts')])
  const found = await readPublished(root, api, tasksPath)
  return found === undefined ? undefined : documentForm(api, found, form)
}
