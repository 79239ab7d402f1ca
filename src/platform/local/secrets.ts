// Secrets of a local service: a file that only its owner may read, filled with random ones as they are needed.
import { randomBytes, randomUUID } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../../errors/index.ts'
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
 * @throws UsageError from each method where the file is damaged
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
  mkdirSync(join(path, '..'), { recursive: true })
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
  if (!existsSync(path)) return new Map()
  chmodSync(path, 0o600)
  const secrets = parse(readFileSync(path, 'utf8'))
  if (typeof secrets === 'object' && secrets !== null && !Array.isArray(secrets)) {
    const entries = Object.entries(secrets)
    if (entries.every(([, value]) => typeof value === 'string')) return new Map(entries as [string, string][])
  }
  throw new UsageError({ code: 'secrets-damaged', file: path, message: 'the file must hold one JSON object of names and texts', hint: 'repair it, or delete it: secrets are then generated anew, and tokens signed with the old ones stop working' })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

// Written aside and renamed, so that nobody reads half a file.
function writeSecrets(path: string, secrets: Map<string, string>): void {
  const aside = `${path}.${randomUUID()}`
  try {
    writeFileSync(aside, `${JSON.stringify(Object.fromEntries(secrets), null, 2)}\n`, { mode: 0o600, flag: 'wx' })
    renameSync(aside, path)
  } finally {
    rmSync(aside, { force: true })
  }
}
