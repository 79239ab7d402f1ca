// The files of `migrations/`: which there are, in which order, and what is wrong with their names.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Fault, UsageError } from '../errors/index.ts'

export interface MigrationFile {
  /** `001-lower-case`. */
  name: string
  number: number
  /** Relative to the project's folder. */
  file: string
  /** Of its text; ends of lines do not count. */
  hash: string
}

const folder = 'migrations'

/** The migrations of a project by number; none where it has no folder. Throws a UsageError with every fault of their names. */
export function listMigrationFiles(root: string): MigrationFile[] {
  const faults = migrationFaults(root)
  if (faults.length > 0) throw new UsageError(faults)
  return filesIn(root).map(({ file, name, number }) => ({ file, name, number, hash: hashOf(readFileSync(join(root, file), 'utf8')) }))
}

/** Faults of the names of a project's migrations: one that is none, a number that stands twice, one that is missing in between. */
export function migrationFaults(root: string): Fault[] {
  const wrong = namesIn(root).filter((name) => !pattern.test(name)).map((name): Fault => ({ code: 'migration-name', file: `${folder}/${name}`, message: 'the name of a migration is a number of three digits or more, a dash, and words in small letters', hint: 'for example 001-lower-case.ts; other files belong elsewhere' }))
  const files = filesIn(root)
  const order = files.flatMap(({ file, number }, index): Fault[] => {
    const before = files[index - 1]
    if (before === undefined || number === before.number + 1) return []
    if (number === before.number) return [{ code: 'migration-number-twice', file, message: `the number ${number} is that of ${before.file} as well`, hint: `give the one that has run nowhere yet the number ${files.at(-1)!.number + 1}` }]
    return [{ code: 'migration-number-missing', file, message: `there is no migration ${before.number + 1}${number === before.number + 2 ? '' : ` to ${number - 1}`} between ${before.file} and this one`, hint: 'number migrations one after the other' }]
  })
  return [...wrong, ...order]
}

const pattern = /^(\d{3,})-[a-z0-9]+(?:-[a-z0-9]+)*\.ts$/

function namesIn(root: string): string[] {
  const path = join(root, folder)
  return existsSync(path) ? readdirSync(path, { withFileTypes: true }).filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.') && !entry.name.endsWith('.d.ts')).map(({ name }) => name).sort() : []
}

function filesIn(root: string): Omit<MigrationFile, 'hash'>[] {
  const found = namesIn(root).flatMap((file) => {
    const digits = pattern.exec(file)?.[1]
    return digits === undefined ? [] : [{ file: `${folder}/${file}`, name: file.replace(/\.ts$/, ''), number: Number(digits) }]
  })
  return found.sort((one, other) => one.number - other.number || (one.file < other.file ? -1 : 1))
}

function hashOf(text: string): string {
  return createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex').slice(0, 16)
}
