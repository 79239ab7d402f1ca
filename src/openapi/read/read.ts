// Reads the API documents of a project folder.
import { apiNameOf, listApiFiles, readerOf, type ReadText } from './api-files.ts'
import { bundleRefs } from './bundle-refs.ts'
import { convertSwagger } from './convert.ts'
import { type ApiDocument, faultIn, type SourceFile } from './document.ts'
import { parseSource } from './parse-source.ts'
import { isObject, type JsonObject } from './pointers.ts'
import { openReferences } from './reference-files.ts'

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

/**
 * Reads one API document with all files that it refers to; `file` is relative to the project's folder.
 * Files that are referred to lie below the documents' folder: the first one on the document's path (`apis`), or `root` for a document that lies there.
 */
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
  // The parsed value becomes the document and will be changed. The original is needed only for the places of faults, so it is parsed again on demand.
  api.sources = [withLazyValue(source)]
  bundleRefs(api, openReferences({ root, folder: file.includes('/') ? file.slice(0, file.indexOf('/')) : '', read }))
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

function dialectOf(version: string): ApiDocument['dialect'] | undefined {
  if (/^3\.0(\.|$)/.test(version) || version === '3') return '3.0'
  if (/^3\.1(\.|$)/.test(version)) return '3.1'
  return /^2(\.0)?$/.test(version) ? '2.0' : undefined
}
