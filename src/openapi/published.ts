// The document of an API as a service publishes it: its source, and as one JSON document of OpenAPI 3.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { showIdempotency } from './compile/show-idempotency.ts'
import { showTasks } from './compile/show-task.ts'
import { apiNameOf, listApiFiles } from './read/api-files.ts'
import { type JsonObject, objectOf } from './read/pointers.ts'
import { readApi } from './read/read.ts'

export interface PublishedDocument {
  title: string
  /** The file as it is written. */
  source: string
  /** Complete in itself: external files are bundled in, Swagger 2.0 is converted; what extensions mean for callers is shown. */
  document: JsonObject
}

/**
 * Reads the document of an API anew; undefined where there is none that can be read.
 * @param tasksPath `tasks_path` of the configuration
 */
export async function readPublished(root: string, api: string, tasksPath: string = '/tasks'): Promise<PublishedDocument | undefined> {
  const file = (await listApiFiles(root)).find((candidate) => apiNameOf(candidate) === api)
  if (file === undefined) return undefined
  const { document } = await readApi(root, file)
  if (document === undefined) return undefined
  showIdempotency(document)
  showTasks(document, tasksPath)
  const title = objectOf(document['info'])['title']
  return { title: typeof title === 'string' ? title : api, source: readFileSync(join(root, file), 'utf8'), document }
}
