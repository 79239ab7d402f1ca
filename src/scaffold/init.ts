// klue init: a service of one's own, in a folder of its own.
import { basename } from 'node:path'
import { UsageError } from '../errors/index.ts'
import { generate } from '../openapi/index.ts'
import { type DocumentFormat, greetingFiles } from './api-files.ts'
import { kitVersions } from './kit-versions.ts'
import { type Files, serviceFiles } from './service-files.ts'
import { refuseExisting, writeFiles } from './write-files.ts'

export interface InitOptions {
  /** Folder of the project; made where it is missing. */
  root: string
  name: string
  /** How documents are written. */
  format: DocumentFormat
  /** Whether the service has a log-in API and an operation that wants a token. */
  login: boolean
}

/**
 * Makes a project, with the types that its editor needs. Gives the paths of the files, without what is generated.
 * @throws UsageError where a file is in the way; nothing is written then
 */
export async function initProject({ root, name, format, login }: InitOptions): Promise<string[]> {
  checkServiceName(name)
  const files: Files = { ...serviceFiles({ name, versions: kitVersions(), login, mock: false, firstPath: '/hello/Ann' }), ...greetingFiles(name, { login, format }) }
  refuseExisting(root, Object.keys(files))
  await writeFiles(root, files, () => generate(root))
  return Object.keys(files)
}

/** The name of a service in a folder; undefined where none can be made of the folder's. */
export function nameOfFolder(folder: string): string | undefined {
  const name = basename(folder).toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^[^a-z]+|-+$/g, '').slice(0, 40)
  return name === '' || reserved.has(name) ? undefined : name
}

// The kit's own functions, the log-in API, and folders of the project.
const reserved = new Set(['documents', 'ingest', 'reporter', 'login', 'gen'])

/** Throws a UsageError for a name that no service or API can have. */
export function checkServiceName(name: string): void {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 40) throw new UsageError({ code: 'name-invalid', file: '', message: `${JSON.stringify(name)} is no name of a service or an API`, hint: 'use a small letter, followed by up to 39 small letters, digits or single dashes' })
  if (reserved.has(name)) throw new UsageError({ code: 'name-invalid', file: '', message: `The name ${name} is one that the kit uses itself`, hint: 'choose another name' })
}
