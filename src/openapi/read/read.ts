// Reads the API documents of a project folder.
import { type Fault, messageOf } from '../../errors/index.ts'
import { apiNameOf, listApiFiles, readerOf, type ReadText } from './api-files.ts'
import { bundleRefs, type ReadMore } from './bundle-refs.ts'
import { convertSwagger } from './convert.ts'
import { type ApiDocument, faultIn, type SourceFile } from './document.ts'
import { parseSource } from './parse-source.ts'
import { isObject, type JsonObject } from './pointers.ts'

export interface ReadOptions {
  /** Names of the APIs to read; all without it. */
  apis?: string[] | undefined
  /** Folder of the documents, relative to the project's folder. @default 'apis' */
  folder?: string
}

/**
 * Reads every API document under `apis/`: YAML and JSON files with a key `openapi` or `swagger` at the top;
 * other files there are material for `$ref`. Faults are kept in the documents, nothing is thrown for them.
 */
export async function readApis(root: string, options: ReadOptions = {}): Promise<ApiDocument[]> {
  const files = await listApiFiles(root, options.folder)
  const wanted = files.filter((file) => options.apis === undefined || options.apis.includes(apiNameOf(file)))
  return Promise.all(wanted.map((file) => readApi(root, file)))
}

/** Reads one API document with all files that it refers to; `file` is relative to the project's folder. */
export async function readApi(root: string, file: string, read: ReadText = readerOf(root)): Promise<ApiDocument> {
  const { source, faults } = parseSource(file, read(file))
  const value = source.value
  const openapi = isObject(value) ? String(value['openapi'] ?? value['swagger'] ?? '') : ''
  const api: ApiDocument = { api: apiNameOf(file), file, openapi, dialect: dialectOf(openapi) ?? '3.0', document: undefined, sources: [source], origins: [], faults }
  if (!isObject(value)) {
    if (faults.length === 0) api.faults.push(faultIn(api, { code: 'document-invalid', pointer: '', message: 'The document is not a mapping' }))
    return api
  }
  if (dialectOf(openapi) === undefined) {
    api.faults.push(faultIn(api, { code: 'version-unsupported', pointer: 'openapi' in value ? '/openapi' : '/swagger', message: `The version "${openapi}" is not supported`, hint: 'use openapi: 3.0.x, openapi: 3.1.x or swagger: "2.0"' }))
    return api
  }
  api.document = value
  // What was parsed becomes the document, which will be changed; as it was, it is needed only to show faults.
  api.sources = [withLazyValue(source)]
  bundleRefs(api, moreFiles(read))
  if (api.dialect === '2.0') await convert(api, api.document)
  return api
}

function withLazyValue({ file, text }: SourceFile): SourceFile {
  let value: unknown
  return {
    file,
    text,
    get value() {
      return (value ??= parseSource(file, text).source.value)
    },
  }
}

async function convert(api: ApiDocument, swagger: JsonObject): Promise<void> {
  const result = await convertSwagger(swagger)
  if ('openapi' in result) {
    api.document = result.openapi
    api.origins = api.origins.map((origin) => ({ ...origin, pointer: origin.pointer.replace(/^\/definitions\//, '/components/schemas/').replace(/^\/(parameters|responses)\//, '/components/$1/') }))
    return
  }
  api.document = undefined
  api.faults.push(faultIn(api, { code: 'conversion-failed', pointer: '', message: `The document cannot be converted to OpenAPI 3: ${result.failure}` }))
}

function moreFiles(read: ReadText): ReadMore {
  return (file) => {
    const fault = (message: string, hint: string): { source: undefined; faults: Fault[] } => ({ source: undefined, faults: [{ code: 'file-unreadable', file, message, hint }] })
    if (file.startsWith('..')) return fault('A $ref leads out of the project folder', 'copy the file into apis/')
    try {
      const { source, faults } = parseSource(file, read(file))
      return { source: faults.length > 0 ? undefined : source, faults }
    } catch (error) {
      return fault(`The file that a $ref names cannot be read: ${(error as { code?: string }).code ?? messageOf(error)}`, 'check the path of the $ref; it is relative to the file that holds it')
    }
  }
}

function dialectOf(version: string): ApiDocument['dialect'] | undefined {
  if (/^3\.0(\.|$)/.test(version) || version === '3') return '3.0'
  if (/^3\.1(\.|$)/.test(version)) return '3.1'
  return /^2(\.0)?$/.test(version) ? '2.0' : undefined
}
