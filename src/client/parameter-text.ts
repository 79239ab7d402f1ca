// Writes parameters as their style says; the counterpart of what the runtime reads.
import { isJson } from '../media/index.ts'
import type { CompiledParameter } from '../openapi/table.ts'

type Style = Pick<CompiledParameter, 'name' | 'in' | 'style' | 'explode'> & Pick<CompiledParameter, 'allowReserved' | 'content' | 'separator'>

/** How a value is written whose name the document does not declare. */
export function undeclared(name: string, place: CompiledParameter['in']): Style {
  return place === 'path' || place === 'header' ? { name, in: place, style: 'simple', explode: false } : { name, in: place, style: 'form', explode: true }
}

/** A path parameter, percent-encoded, with the prefix of its style. */
export function pathText(parameter: Style, value: unknown): string {
  const encode = encoderOf(parameter)
  if (parameter.content !== undefined) return encode(contentText(parameter.content, value))
  const { style, explode, name } = parameter
  if (style === 'label') return `.${joined(value, { encode, explode, separator: explode ? '.' : ',' })}`
  if (style !== 'matrix') return joined(value, { encode, explode, separator: parameter.separator === undefined ? ',' : encode(parameter.separator) })
  if (explode && Array.isArray(value)) return items(value).map((item) => `;${name}=${encode(plainText(item))}`).join('')
  if (explode && isRecord(value)) return `;${joined(value, { encode, explode, separator: ';' })}`
  return `;${name}=${joined(value, { encode, explode: false, separator: ',' })}`
}

/** The `name=value` pairs of a query parameter; none where there is nothing to send. */
export function queryPairs(parameter: Style, value: unknown): string[] {
  const encode = encoderOf(parameter)
  const pair = (key: string, text: string): string => `${encodeURIComponent(key)}=${text}`
  const { name, style, explode, content } = parameter
  if (content !== undefined) return [pair(name, encode(contentText(content, value)))]
  if (style === 'deepObject' && (isRecord(value) || holdsRecords(value))) return deepPairs(name, value, encode)
  const separator = parameter.separator === undefined ? (separators[style] ?? ',') : '%09'
  if (Array.isArray(value)) {
    const texts = items(value).map((item) => encode(plainText(item)))
    if (explode) return texts.map((text) => pair(name, text))
    return texts.length === 0 ? [] : [pair(name, texts.join(separator))]
  }
  if (!isRecord(value)) return [pair(name, encode(plainText(value)))]
  if (explode) return members(value).flatMap(([key, member]) => (Array.isArray(member) ? items(member) : [member]).map((item) => pair(key, encode(plainText(item)))))
  const text = joined(value, { encode, explode: false, separator })
  return text === '' ? [] : [pair(name, text)]
}

/** The value of a header. */
export function headerText(parameter: Style, value: unknown): string {
  if (parameter.content !== undefined) return contentText(parameter.content, value)
  return joined(value, { encode: String, explode: parameter.explode, separator: ',' })
}

/** One `name=value` of the Cookie header. */
export function cookieText(parameter: Style, value: unknown): string {
  const text = parameter.content === undefined ? joined(value, { encode: encodeURIComponent, explode: parameter.explode, separator: ',' }) : encodeURIComponent(contentText(parameter.content, value))
  return `${parameter.name}=${text}`
}

/** A primitive as text: dates in ISO form, objects as JSON. */
export function plainText(value: unknown): string {
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}

// A blank and a bar may not stand in a URL as they are.
const separators: Partial<Record<Style['style'], string>> = { spaceDelimited: '%20', pipeDelimited: '%7C' }

function joined(value: unknown, { encode, explode, separator }: { encode: (text: string) => string; explode: boolean; separator: string }): string {
  if (Array.isArray(value)) return items(value).map((item) => encode(plainText(item))).join(separator)
  if (!isRecord(value)) return encode(plainText(value))
  return members(value).map(([key, member]) => `${encode(key)}${explode ? '=' : separator}${encode(plainText(member))}`).join(separator)
}

function deepPairs(name: string, value: Record<string, unknown> | unknown[], encode: (text: string) => string): string[] {
  return members({ ...value }).flatMap(([key, member]) => {
    const inner = `${name}[${key}]`
    // A list of plain values repeats its name; only what has parts of its own needs numbers.
    if (isRecord(member) || holdsRecords(member)) return deepPairs(inner, member, encode)
    return (Array.isArray(member) ? items(member) : [member]).map((item) => `${encodeURIComponent(inner)}=${encode(plainText(item))}`)
  })
}

function contentText(content: string, value: unknown): string {
  return isJson(content) ? JSON.stringify(value) : plainText(value)
}

function encoderOf(parameter: Style): (text: string) => string {
  if (parameter.allowReserved !== true) return encodeURIComponent
  // `#`, `&` and `+` would change what is read, although they are reserved characters too; `/` and `?` would only do so in a path.
  const kept = parameter.in === 'path' ? /%(?:3A|5B|5D|40|24|2C|3B|3D|2B|26)/g : /%(?:3A|2F|3F|5B|5D|40|24|2C|3B|3D)/g
  return (text) => encodeURIComponent(text).replace(kept, decodeURIComponent)
}

function items(list: unknown[]): unknown[] {
  return list.filter((item) => item !== undefined && item !== null)
}

function members(value: Record<string, unknown>): [string, unknown][] {
  return Object.entries(value).filter(([, member]) => member !== undefined && member !== null)
}

function holdsRecords(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.some((item) => isRecord(item) || Array.isArray(item))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}
