// klue add api: a further API with a function of its own.
import { generate } from '../openapi/index.ts'
import { type Added, addOperation, refuseApi, usesJson } from './add-operation.ts'
import { documentFile, emptyDocument, entryFile } from './api-files.ts'
import { checkServiceName } from './init.ts'
import { readShape } from './project-shape.ts'
import { refuseExisting, writeFiles } from './write-files.ts'

/** Adds an API with one operation, `GET /<name>`. Throws a UsageError where it cannot be added; nothing is written then. */
export async function addApi({ root, name }: { root: string; name: string }): Promise<Added> {
  checkServiceName(name)
  const shape = await readShape(root)
  refuseApi(shape, name)
  const files = { ...documentFile(name, emptyDocument(name), usesJson(shape) ? 'json' : 'yaml'), [`functions/${name}.ts`]: entryFile(name, { handlers: [] }) }
  refuseExisting(root, Object.keys(files))
  let added: Added | undefined
  // The first operation belongs to it: where that fails, neither is there.
  await writeFiles(root, files, async () => (added = await addOperation({ root, method: 'GET', path: `/${name}`, api: name })))
  await generate(root)
  return { name, files: [...new Set([...Object.keys(files), ...added!.files])] }
}
