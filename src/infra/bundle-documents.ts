// The function of documents: a small module, and each document compressed beside it.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { bundleFunction } from '../bundle/index.ts'
import type { CompiledConfig } from '../config/index.ts'
import { documentForm } from '../docpage/index.ts'
import { readPublished } from '../openapi/index.ts'

export interface DocumentsOptions {
  root: string
  folder: string
  config: CompiledConfig
  /** The APIs that the service answers for. */
  apis: readonly string[]
}

/** Fills the folder of the function that serves `/doc/*`. */
export async function bundleDocuments({ root, folder, config, apis }: DocumentsOptions): Promise<void> {
  // Beside this file there is TypeScript in the kit's repository, and JavaScript in its package.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  await bundleFunction({ root, entry: fileURLToPath(new URL(`../lambda/documents.${extension}`, import.meta.url)), folder })
  writeFileSync(join(folder, 'klue-config.json'), JSON.stringify(config))
  const target = join(folder, 'documents')
  mkdirSync(target, { recursive: true })
  for (const api of new Set(apis)) {
    const found = await readPublished(root, api, config.config['tasksPath'] as string)
    if (found === undefined) continue
    for (const form of ['html', 'yaml', 'json'] as const) {
      const { text, ...about } = documentForm(api, found, form)
      writeFileSync(join(target, `${api}.${form}.gz`), gzipSync(text, { level: 9 }))
      writeFileSync(join(target, `${api}.${form}.about`), JSON.stringify(about))
    }
  }
}
