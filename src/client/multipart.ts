// Writes a multipart form whose parts have headers of their own, which the forms of fetch cannot have.
import { catalog } from '../errors/index.ts'
import type { CompiledPart } from '../openapi/table.ts'
import { fileOf } from './form-file.ts'
import { headerText, plainText, undeclared } from './parameter-text.ts'

type Declared = { id: string; parts: Record<string, CompiledPart> }

/** The form as bytes; fields with declared headers are `{ value, headers }`, files hold them as `headers`. Throws INVALID_PARAMETER for a header that cannot be written. */
export function multipartOf(declared: Declared, fields: [name: string, value: unknown][]): { body: Blob; contentType: string } {
  const boundary = `klue-${[...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
  const parts = fields.flatMap(([name, field]) => {
    const { values, headers } = Object.hasOwn(declared.parts, name) ? splitField(field) : { values: [field], headers: {} }
    const lines = headerLines(declared, name, headers)
    return values.flatMap((value) => {
      const file = fileOf(value)
      const disposition = `Content-Disposition: form-data; name="${quoted(name)}"`
      if (file === undefined) return [`--${boundary}\r\n${disposition}\r\n${lines}\r\n${plainText(value)}\r\n`]
      const type = file.blob.type === '' ? 'application/octet-stream' : file.blob.type
      return [`--${boundary}\r\n${disposition}; filename="${quoted(file.filename ?? 'blob')}"\r\nContent-Type: ${type}\r\n${lines}\r\n`, file.blob, '\r\n']
    })
  })
  return { body: new Blob([...parts, `--${boundary}--\r\n`]), contentType: `multipart/form-data; boundary=${boundary}` }
}

// Callers without types may as well give the value alone.
function splitField(field: unknown): { values: unknown[]; headers: Record<string, unknown> } {
  const { value, headers = {} } = (typeof field === 'object' && field !== null ? field : {}) as { value?: unknown; headers?: Record<string, unknown> }
  const values = value === undefined || fileOf(field) !== undefined ? [field] : Array.isArray(value) ? value : [value]
  return { values, headers }
}

function headerLines({ id, parts }: Declared, name: string, headers: Record<string, unknown>): string {
  return Object.entries(headers).filter(([, value]) => value !== undefined && value !== null).map(([key, value]) => {
    const header = key.toLowerCase()
    const text = headerText(parts[name]!.headers.find((declared) => declared.name === header) ?? undeclared(header, 'header'), value)
    if (/^[\w!#$%&'*+.^`|~-]+$/.test(header) && !/[\r\n\0]/.test(text)) return `${header}: ${text}\r\n`
    throw catalog.INVALID_PARAMETER(`The header '${header}' of the part ${name} of ${id} cannot be written: it holds a character that no header may hold`, { errors: [{ pointer: `/body/${name}/headers/${header}`, message: 'must hold only characters that a header may hold' }] })
  }).join('')
}

// As browsers write names of fields and files.
function quoted(text: string): string {
  return text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
