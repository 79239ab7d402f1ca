// Streams as answers: read to their end before the answer leaves, because what carries it wants it whole.
import { catalog } from '../../errors/index.ts'
import { isReply, type Pieces } from '../exchange/reply.ts'

/**
 * A promise of the value with its stream read to the end; a value without a stream as it is.
 * Rejects with RESPONSE_TOO_LARGE as soon as the limit is passed, RESPONSE_INVALID for pieces that are neither text nor bytes.
 */
export function collect(value: unknown, limitBytes: number): unknown {
  if (isPieces(value)) return read(value, limitBytes)
  if (isReply(value) && isPieces(value.body)) return read(value.body, limitBytes).then((body) => ({ ...value, body }))
  return value
}

/** Whether a value is a stream. */
export function isPieces(value: unknown): value is Pieces {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Pieces>)[Symbol.asyncIterator] === 'function'
}

async function read(pieces: Pieces, limitBytes: number): Promise<string | Uint8Array> {
  const parts: (string | Uint8Array)[] = []
  let bytes = 0
  for await (const piece of pieces) {
    if (typeof piece !== 'string' && !(piece instanceof Uint8Array)) throw catalog.RESPONSE_INVALID('The handler gave a stream of something that is neither text nor bytes')
    bytes += Buffer.byteLength(piece)
    // Leaving the loop ends the stream, too.
    if (bytes > limitBytes) throw catalog.RESPONSE_TOO_LARGE(`The answer is a stream of more than the ${limitBytes} bytes that can be delivered`)
    parts.push(piece)
  }
  return parts.every((part) => typeof part === 'string') ? parts.join('') : Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array)))
}
