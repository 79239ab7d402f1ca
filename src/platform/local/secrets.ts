// Secrets of a local service: a file that only its owner may read, filled with random ones as they are needed.
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, lstatSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { UsageError } from '../../errors/index.ts'
import { explained, makePrivateFolder, privateFile, writePrivateFile } from '../../workfolder/index.ts'
import { withShortLock } from './process-lock.ts'

export interface LocalSecrets {
  /** The secret, or undefined. */
  get(name: string): string | undefined
  /** Every secret by name, as `loadConfig` takes them. */
  all(): Record<string, string>
  /** The secret; the first one to ask gets it generated (32 random bytes, base64url). Safe between processes. */
  ensure(name: string): Promise<string>
  /** Keeps a secret under this name. */
  set(name: string, value: string): Promise<void>
  /** Forgets a secret; nothing happens where there is none. */
  remove(name: string): Promise<void>
}

/**
 * The secrets in `secrets.json` of a folder, for example `.klue`.
 * @throws UsageError from each method where the file is damaged or cannot be used
 */
export function localSecrets(folder: string): LocalSecrets {
  const path = join(folder, 'secrets.json')
  return {
    get: (name) => readSecrets(path).get(name),
    all: () => Object.fromEntries(readSecrets(path)),
    async ensure(name) {
      return readSecrets(path).get(name) ?? (await change(path, (secrets) => secrets.get(name) ?? randomBytes(32).toString('base64url'), name))
    },
    async set(name, value) {
      await change(path, () => value, name)
    },
    remove: (name) => forget(path, name),
  }
}

async function change(path: string, valueFrom: (secrets: Map<string, string>) => string, name: string): Promise<string> {
  makePrivateFolder(dirname(path))
  return await withShortLock(`${path}.lock`, () => {
    const secrets = readSecrets(path)
    const value = valueFrom(secrets)
    if (secrets.get(name) !== value) writeSecrets(path, secrets.set(name, value))
    return value
  })
}

async function forget(path: string, name: string): Promise<void> {
  if (!readSecrets(path).has(name)) return
  await withShortLock(`${path}.lock`, () => {
    const secrets = readSecrets(path)
    if (secrets.delete(name)) writeSecrets(path, secrets)
  })
}

function readSecrets(path: string): Map<string, string> {
  const text = explained(path, () => textOf(path))
  if (text === undefined) return new Map()
  const secrets = parse(text)
  if (typeof secrets === 'object' && secrets !== null && !Array.isArray(secrets)) {
    const entries = Object.entries(secrets)
    if (entries.every(([, value]) => typeof value === 'string')) return new Map(entries as [string, string][])
  }
  throw new UsageError({ code: 'secrets-damaged', file: path, message: 'the file must hold one JSON object of names and texts', hint: 'repair it, or delete it: secrets are then generated anew, and tokens signed with the old ones stop working' })
}

// Undefined where there is none, unless that is because its folder is none.
function textOf(path: string): string | undefined {
  try {
    chmodSync(path, privateFile)
    return readFileSync(path, 'utf8')
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT' && (lstatSync(dirname(path), { throwIfNoEntry: false }) === undefined || existsSync(dirname(path)))
    if (isMissing) return undefined
    throw error
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function writeSecrets(path: string, secrets: Map<string, string>): void {
  writePrivateFile(path, `${JSON.stringify(Object.fromEntries(secrets), null, 2)}\n`)
}
