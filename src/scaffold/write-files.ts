// Writes files into a project: none of somebody else's is lost, and all stays as it was where the result is faulty.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { UsageError } from '../errors/index.ts'
import type { Files } from './service-files.ts'

/** Throws a UsageError that names each of these files that is there already. */
export function refuseExisting(root: string, files: readonly string[]): void {
  const taken = files.filter((file) => existsSync(join(root, file)))
  if (taken.length > 0) throw new UsageError(taken.map((file) => ({ code: 'file-exists', file, message: 'this file is there already and would be overwritten', hint: 'nothing was written; remove or rename it, or choose another name' })))
}

/** Writes files, and takes all back where `verify` fails. */
export async function writeFiles(root: string, files: Files, verify: () => Promise<unknown>): Promise<void> {
  const before = Object.keys(files).map((file) => ({ path: join(root, file), text: existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : undefined }))
  try {
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, file)), { recursive: true })
      writeFileSync(join(root, file), text)
    }
    await verify()
  } catch (error) {
    for (const { path, text } of before) {
      if (text === undefined) rmSync(path, { force: true })
      else writeFileSync(path, text)
    }
    throw error
  }
}
