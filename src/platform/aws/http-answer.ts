// Reads an answer of HTTP/1.1 as its bytes come in.
import type { AwsAnswer } from './send.ts'

// DynamoDB answers with 16 MB at most.
const [mostHead, mostBody] = [65_536, 67_108_864]

interface Head {
  status: number
  headers: Record<string, string>
  /** Bytes of the body; undefined for one in chunks, or one that ends with the connection. */
  length: number | undefined
  isChunked: boolean
}

const nothing = Buffer.alloc(0)

/** Reads one answer. */
export class AnswerReader {
  #head: Head | undefined
  #unread: Buffer = nothing
  readonly #parts: Buffer[] = []
  #length = 0
  #chunk: { left: number; step: 'size' | 'data' | 'end of data' | 'trailers' } = { left: 0, step: 'size' }

  /** Whether another request may go over the same connection: the answer ended where its bytes did, and nobody said that it was the last. */
  get isReusable(): boolean {
    return this.#head !== undefined && (this.#head.isChunked || this.#head.length !== undefined) && this.#unread.length === 0 && !/\bclose\b/i.test(this.#head.headers['connection'] ?? '')
  }

  /** Takes what came in; the answer once it is whole. Throws where it is none, or larger than an answer of AWS can be. */
  read(bytes: Buffer): AwsAnswer | undefined {
    this.#unread = this.#unread.length === 0 ? bytes : Buffer.concat([this.#unread, bytes])
    // What an answer is preceded by ends like it, and has no body.
    while (this.#head === undefined) {
      const end = this.#unread.indexOf('\r\n\r\n')
      if ((end < 0 ? this.#unread.length : end) > mostHead) throw new Error('the head of the answer is too large')
      if (end < 0) return undefined
      const head = headOf(this.#unread.toString('latin1', 0, end))
      this.#unread = this.#unread.subarray(end + 4)
      if (head.status >= 200) this.#head = head
    }
    const { isChunked, length } = this.#head
    if (isChunked) return this.#readChunks() ? this.#answer(this.#head) : undefined
    this.#take(length === undefined ? this.#unread.length : length - this.#length)
    return this.#length === length ? this.#answer(this.#head) : undefined
  }

  /** To be called where the connection has ended: the answer, if that was its end. */
  end(): AwsAnswer | undefined {
    return this.#head !== undefined && this.#head.length === undefined && !this.#head.isChunked ? this.#answer(this.#head) : undefined
  }

  #answer({ status, headers }: Head): AwsAnswer {
    const bytes = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts)
    return { status, headers, text: bytes.toString('utf8'), bytes }
  }

  #take(most: number): number {
    const part = this.#unread.subarray(0, most)
    this.#length += part.length
    if (this.#length > mostBody) throw new Error('the answer is too large')
    if (part.length > 0) this.#parts.push(part)
    this.#unread = this.#unread.subarray(part.length)
    return part.length
  }

  // Whether the last chunk was read.
  #readChunks(): boolean {
    const chunk = this.#chunk
    for (;;) {
      if (chunk.step === 'data') {
        chunk.left -= this.#take(chunk.left)
        if (chunk.left > 0) return false
        chunk.step = 'end of data'
      }
      const line = this.#line()
      if (line === undefined) return false
      if (chunk.step === 'trailers' && line === '') return true
      if (chunk.step === 'end of data' && line !== '') throw new Error('a chunk of the answer is longer than it says')
      if (chunk.step === 'size') {
        chunk.left = sizeOf(line)
        chunk.step = chunk.left === 0 ? 'trailers' : 'data'
      } else if (chunk.step === 'end of data') chunk.step = 'size'
    }
  }

  #line(): string | undefined {
    const end = this.#unread.indexOf('\r\n')
    if ((end < 0 ? this.#unread.length : end) > mostHead) throw new Error('a line of the answer is too long')
    if (end < 0) return undefined
    const line = this.#unread.toString('latin1', 0, end)
    this.#unread = this.#unread.subarray(end + 2)
    return line
  }
}

function headOf(text: string): Head {
  const [first, ...lines] = text.split('\r\n')
  const status = /^HTTP\/1\.[01] ([1-9]\d\d)(?: |$)/.exec(first!)?.[1]
  if (status === undefined) throw new Error('what came is no answer of HTTP')
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon < 1) throw new Error('a header of the answer is none')
    const [name, value] = [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    headers[name] = Object.hasOwn(headers, name) ? `${headers[name]!}, ${value}` : value
  }
  const isChunked = /\bchunked$/i.test(headers['transfer-encoding'] ?? '')
  return { status: Number(status), headers, isChunked, length: isChunked ? undefined : lengthOf(Number(status), headers['content-length']) }
}

function lengthOf(status: number, told: string | undefined): number | undefined {
  if (status === 204 || status === 304) return 0
  if (told !== undefined && !/^\d{1,15}$/.test(told)) throw new Error('the length of the answer is no number')
  return told === undefined ? undefined : Number(told)
}

// What may stand behind a size means nothing here.
function sizeOf(line: string): number {
  const size = /^([0-9a-f]{1,8})(?:[ \t;]|$)/i.exec(line)?.[1]
  if (size === undefined) throw new Error('a chunk of the answer does not say its size')
  return Number.parseInt(size, 16)
}
