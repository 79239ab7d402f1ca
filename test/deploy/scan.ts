// Searches everything that a deployment leaves for values that it must not hold.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'

/** Files below a folder that hold one of the values, also inside zip archives and as base64; `file: name of the value`. */
export function findPlanted(folder: string, planted: Readonly<Record<string, string>>): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return files.flatMap((file) => {
    const bytes = contentOf(file)
    const texts = file.endsWith('.zip') || bytes.subarray(0, 4).toString('latin1') === 'PK\u0003\u0004' ? [...unzip(bytes)] : [bytes]
    return texts.flatMap((text) => plantedIn(text.toString('latin1'), planted).map((name) => `${file}: ${name}`))
  })
}

// The emulator removes the code of a function that has ended meanwhile; its archive is searched too.
function contentOf(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0)
    throw error
  }
}

/** Names of the values that a text holds. */
export function plantedIn(text: string, planted: Readonly<Record<string, string>>): string[] {
  return Object.entries(planted).filter(([, value]) => spellings(value).some((spelling) => text.includes(spelling))).map(([name]) => name)
}

// Base64 depends on where in the text a value begins: the middle of its three forms is searched.
function spellings(value: string): string[] {
  const encoded = [0, 1, 2].map((offset) => Buffer.from(' '.repeat(offset) + value).toString('base64').slice(4, -4))
  return [value, encodeURIComponent(value), ...encoded]
}

// The files of a zip archive, as its central directory lists them.
function* unzip(bytes: Buffer): Generator<Buffer> {
  for (let at = bytes.indexOf('PK\u0001\u0002', 0, 'latin1'); at >= 0; at = bytes.indexOf('PK\u0001\u0002', at + 4, 'latin1')) {
    const [method, size, local] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 42)]
    if (bytes.readUInt32LE(local) !== 0x04034b50) continue
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
    const content = bytes.subarray(start, start + size)
    yield method === 8 ? inflateRawSync(content) : content
  }
}
