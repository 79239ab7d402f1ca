// Deflates packs with a dictionary: what nearly every pack says is not written again in each.
import { packDictionary } from './pack-dictionary.ts'

// Where another dictionary or shape comes, it gets another number, and this one is read as long as packs live.
const shape = 1

const headBytes = 5

// With the dictionary they fit into a window of 8 KB.
const smallBytes = 4096

/** A head, and the bytes deflated. */
export function deflate(bytes: Uint8Array): Uint8Array {
  const { deflateRawSync } = process.getBuiltinModule('node:zlib')
  // Each needs less than what zlib sets up for it; on large ones level 6 works a third longer for a hundredth of the bytes, and the highest one twice as long.
  const effort = bytes.length < smallBytes ? { level: 9, windowBits: 13, memLevel: 6 } : { level: 5, memLevel: 7 }
  const body = deflateRawSync(bytes, { ...effort, dictionary: dictionary() })
  const head = Buffer.alloc(headBytes)
  head[0] = shape
  head.writeUInt32BE(body.length, 1)
  return Buffer.concat([head, body])
}

/** The text that was deflated, and the bytes behind it. Throws where the bytes are of a shape that this version does not know. */
export function inflate(bytes: Uint8Array): { text: string; rest: Uint8Array } {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view[0] !== shape) throw new Error(`A pack of requests has the shape ${view[0]}, which this version of klue does not read`)
  const end = headBytes + view.readUInt32BE(1)
  const { inflateRawSync } = process.getBuiltinModule('node:zlib')
  return { text: inflateRawSync(view.subarray(headBytes, end), { dictionary: dictionary() }).toString(), rest: view.subarray(end) }
}

let made: Buffer | undefined

function dictionary(): Buffer {
  return (made ??= Buffer.from(packDictionary))
}
