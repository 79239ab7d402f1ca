// Bundles the files of migrations and imports what they declare.
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { openLocalBundler } from '../bundle/index.ts'
import { loadConfig } from '../config/build.ts'
import { messageOf, UsageError } from '../errors/index.ts'
import { generate } from '../openapi/index.ts'
import type { Migration } from './define-migration.ts'
import type { MigrationFile } from './migration-files.ts'

/**
 * The migrations of files, by name.
 * @throws UsageError where a file does not compile, throws at its top, or exports no migration
 */
export async function loadMigrations(root: string, files: readonly MigrationFile[]): Promise<Map<string, Migration>> {
  if (files.length === 0) return new Map()
  const { config } = loadConfig({ root, unset: 'leave out' })
  // The definitions that they name are generated.
  await generate(root, { basePath: config.basePath })
  // Node keeps a module under its address: each time has a folder of its own.
  const bundler = await openLocalBundler({ root, entries: files.map(({ file }) => file), folder: join(root, '.klue', 'migrations', randomUUID()) })
  try {
    const { modules } = await bundler.build()
    const loaded = new Map<string, Migration>()
    for (const { file, name } of files) loaded.set(name, await importOne(file, modules.get(file)!))
    return loaded
  } finally {
    await bundler.dispose()
  }
}

async function importOne(file: string, url: URL): Promise<Migration> {
  let module: { migration?: unknown }
  try {
    module = (await import(url.href)) as { migration?: unknown }
  } catch (error) {
    throw new UsageError({ code: 'migration-faulty', file, message: `importing this file fails: ${messageOf(error)}`, hint: 'what works with the stage belongs into each or run' })
  }
  if (isMigration(module.migration)) return module.migration
  throw new UsageError({ code: 'migration-faulty', file, message: module.migration === undefined ? 'this file exports no migration' : 'what this file exports as migration is none', hint: "export const migration: Migration = defineMigration({ table, when: 'before-live', each }), from 'klue/data'" })
}

function isMigration(value: unknown): value is Migration {
  const { when, run, rate } = (value ?? {}) as Partial<Migration>
  return (when === 'before-live' || when === 'after-live') && typeof run === 'function' && (rate === undefined || (typeof rate === 'number' && rate > 0))
}
