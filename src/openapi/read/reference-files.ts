// Which files a document may refer to: those below the documents' folder that are not hidden.
import { realpathSync, statSync } from 'node:fs'
import { join, posix, relative, sep } from 'node:path'
import { type Fault, messageOf } from '../../errors/index.ts'
import type { ReadText } from './api-files.ts'
import type { SourceFile } from './document.ts'
import type { FaultCode } from './fault-codes.ts'
import { parseSource } from './parse-source.ts'

/** Why a reference leads nowhere; told at the place of the `$ref`. */
export interface Refusal {
  code: FaultCode
  message: string
  hint: string
}

/** Reads one more file of the documents; without a source there is a refusal, or faults of the file itself. */
export type ReadMore = (file: string) => { source?: SourceFile; faults: Fault[]; refusal?: Refusal }

/** The file that the path of a `$ref` names, relative to the project's folder. Looks at the text alone: whether the file may be read, `ReadMore` knows. */
export function fileOfRef(from: string, path: string): string | Refusal {
  if (/^(https?:)?\/\//i.test(path)) return { code: 'ref-remote', message: 'points to another host', hint: 'download the file into apis/ and refer to it by its relative path' }
  // A scheme, a drive of Windows, a stream of NTFS.
  if (path.includes(':')) return outside('is no relative path')
  const names = path.split('/').map(decoded)
  // oxlint-disable-next-line no-control-regex -- NUL ends a path early
  if (names.some((name) => /[/\\:\0-\x1f]/.test(name))) return outside('names a path with a character that no document has in its name')
  if (path.startsWith('/')) return outside('is an absolute path')
  return posix.normalize(posix.join(posix.dirname(from), ...names))
}

/**
 * Reads files below `folder`, which is relative to the project's folder; `''` is that folder itself.
 * What becomes part of a document is published with it: `.klue/secrets.json` must not be reached on any way, such as by a symbolic link.
 */
export function openReferences({ root, folder, read }: { root: string; folder: string; read: ReadText }): ReadMore {
  return (file) => {
    const below = posix.relative(folder, file)
    const refusal = refusedBelow(below.split('/'), folder)
    if (refusal !== undefined) return { refusal, faults: [] }
    try {
      const real = relative(realpathSync(join(root, folder)), realpathSync(join(root, file)))
      const behindLink = refusedBelow(real.split(sep), folder)
      if (behindLink !== undefined) return { refusal: { ...behindLink, message: `${behindLink.message}, through a symbolic link` }, faults: [] }
      if (!statSync(join(root, file)).isFile()) return unreadable(file, 'it is no file')
      const { source, faults } = parseSource(file, read(file))
      return faults.length > 0 ? { faults } : { source, faults }
    } catch (error) {
      return unreadable(file, (error as { code?: string }).code ?? messageOf(error))
    }
  }
}

// `names` is the path from the documents' folder, split. A path to another drive of Windows is absolute and begins with a name such as `D:`.
function refusedBelow(names: readonly string[], folder: string): Refusal | undefined {
  if (names[0] === '..' || names[0] === '' || names[0]?.includes(':') === true) return outside(folder === '' ? "leads out of the document's folder" : `leads out of ${folder}/`)
  return names.some((name) => name.startsWith('.')) ? outside('names a hidden file or folder') : undefined
}

function outside(message: string): Refusal {
  return { code: 'ref-outside', message, hint: 'what becomes part of a document is published with it: put the file beside the documents and refer to it by its relative path' }
}

function unreadable(file: string, reason: string): { faults: Fault[] } {
  return { faults: [{ code: 'file-unreadable', file, message: `The file that a $ref names cannot be read: ${reason}`, hint: 'check the path of the $ref; it is relative to the file that holds it' }] }
}

// The name of a file may contain a percent sign that is no escape.
function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
