// Reads a multipart/form-data body: fields as text, files as bytes.
import type { FormPair } from './form.ts'

/** A file that came in a form. */
export interface FormFile {
  filename: string
  contentType: string
  data: Uint8Array
  /** By lower-case name, where the document declares headers of this part. */
  headers?: Record<string, unknown>
}

// Nobody fills in a form with more parts than this; the limit keeps hostile ones cheap.
const partLimit = 1000

// The same limit that Node has for all headers of a request.
const headLimitBytes = 16_384

/** Reads the parts in their order. */
export function readMultipart(bytes: Uint8Array, contentType: string): { pairs?: FormPair[]; fault?: string } {
  const boundary = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(contentType)
  const mark = boundary?.[1] ?? boundary?.[2]
  if (mark === undefined) return { fault: "must be multipart/form-data with a boundary in 'Content-Type'" }
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const parts = splitParts(body, mark)
  if (parts === undefined) return { fault: 'must be complete multipart/form-data' }
  const ends = parts.map((part) => part.indexOf('\r\n\r\n'))
  if (ends.some((end) => end > headLimitBytes)) return { fault: `must have at most ${headLimitBytes} bytes of headers in each part` }
  const pairs = parts.map((part, index) => readPart(part, ends[index]!)).filter((pair) => pair !== undefined)
  return pairs.length < parts.length ? { fault: 'must name each part of the form' } : { pairs }
}

function splitParts(body: Buffer, boundary: string): Buffer[] | undefined {
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  const parts: Buffer[] = []
  const first = Buffer.from(`--${boundary}`)
  if (body.indexOf(first) !== 0) return undefined
  let start = first.length
  while (parts.length <= partLimit) {
    if (body.subarray(start, start + 2).toString('latin1') === '--') return parts
    if (body.subarray(start, start + 2).toString('latin1') !== '\r\n') return undefined
    const end = body.indexOf(delimiter, start)
    if (end < 0) return undefined
    parts.push(body.subarray(start + 2, end))
    start = end + delimiter.length
  }
  return undefined
}

function readPart(part: Buffer, blank: number): FormPair | undefined {
  // A line that begins with a blank continues the header line before it.
  const head = part.subarray(0, Math.max(0, blank)).toString('utf8').replace(/\r\n[ \t]+/g, ' ')
  const disposition = /^content-disposition:\s*form-data\s*;(.*)$/im.exec(head)?.[1]
  const attributes = attributesOf(disposition ?? '')
  const name = attributes.get('name')
  if (blank < 0 || name === undefined) return undefined
  const data = part.subarray(blank + 4)
  const contentType = /^content-type:(.*)$/im.exec(head)?.[1]?.trim()
  const filename = attributes.get('filename')
  if (filename !== undefined) return { name, head, value: { filename, contentType: contentType ?? 'application/octet-stream', data } satisfies FormFile }
  return { name, head, value: data.toString('utf8'), ...(contentType === undefined ? {} : { contentType }) }
}

// Attributes are read in order, because a quoted value may contain text that looks like another attribute.
function attributesOf(disposition: string): Map<string, string> {
  const attributes = new Map<string, string>()
  for (const [, name, quoted, plain] of disposition.matchAll(/(?<![\w*-])([\w*-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;]+))/g)) {
    const value = (quoted ?? plain!).replace(/%22/g, '"').replace(/\\"/g, '"')
    if (!attributes.has(name!.toLowerCase())) attributes.set(name!.toLowerCase(), value)
  }
  return attributes
}
