// The service's own way of telling people, as functions/reporter.ts has it, on this machine.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { closeBelow, makeModuleFolder } from '../workfolder/index.ts'
import type { ErrorReporter } from '../reports/index.ts'

/** Asks for the `errorReporter` of a project: undefined where there is none. A changed file is loaded anew. Throws a UsageError where it cannot be bundled. */
export function localReporter(root: string): () => Promise<ErrorReporter | undefined> {
  let loaded: { changed: number; hook: ErrorReporter | undefined } | undefined
  return async () => {
    const { bundleFunction, findReporter } = await import('../bundle/index.ts')
    const entry = findReporter(root)
    if (entry === undefined) return undefined
    const changed = (await stat(join(root, entry))).mtimeMs
    if (loaded?.changed === changed) return loaded.hook
    const folder = join(root, '.klue', 'reporter')
    makeModuleFolder(root, folder)
    const { file } = await bundleFunction({ root, entry, folder })
    closeBelow(folder)
    // A module is loaded once an address.
    const { errorReporter } = (await import(`${pathToFileURL(file).href}?${changed}`)) as { errorReporter?: unknown }
    loaded = { changed, hook: typeof errorReporter === 'function' ? (errorReporter as ErrorReporter) : undefined }
    return loaded.hook
  }
}
