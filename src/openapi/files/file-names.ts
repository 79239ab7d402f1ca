// Names that every file system can hold, unique even where case does not count.
import { createHash } from 'node:crypto'

/** Safe file names by key; a name that is taken already gets a short hash of its key. */
export function uniqueFileNames(entries: { key: string; wanted: string }[]): Map<string, string> {
  const names = new Map<string, string>()
  const taken = new Map<string, number>()
  const safe = entries.map(({ key, wanted }) => ({ key, name: safeName(wanted) }))
  for (const { name } of safe) taken.set(name.toLowerCase(), (taken.get(name.toLowerCase()) ?? 0) + 1)
  // Every key of a colliding group gets the hash, so that no name depends on the order of the keys.
  for (const { key, name } of safe) names.set(key, (taken.get(name.toLowerCase()) ?? 0) > 1 ? `${name}-${shortHash(key)}` : name)
  return names
}

function safeName(wanted: string): string {
  const plain = wanted.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 80)
  if (wanted.length > 80 || plain === '' || /^(con|prn|aux|nul|com\d|lpt\d)$/i.test(plain)) return `${plain}_${shortHash(wanted)}`
  return plain
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 6)
}
