// Compares the headers of an answer with what its status declares.
import type { ErrorDetail } from '../../errors/index.ts'
import type { ReplyValidators } from '../../openapi/index.ts'
import { run } from '../input/validate.ts'

// Headers that edges add after this check: a handler is not asked to set them.
const added = /^\/headers\/(content-length|content-encoding|transfer-encoding|connection|keep-alive|date|vary|server|access-control-.*)$/

/** What is wrong with the headers of an answer; names in lower case, values as text. */
export function headerFaults(validators: ReplyValidators, status: string, headers: Readonly<Record<string, unknown>>): ErrorDetail[] {
  const validator = Object.hasOwn(validators.headers, status) ? validators.headers[status] : undefined
  if (validator === undefined) return []
  const read = Object.fromEntries(Object.entries(headers).map(([name, value]): [string, unknown] => [name, String(value)]))
  const lists = run(validator, read, '/headers').filter(({ message }) => message === 'must be array').map(({ pointer }) => pointer.slice('/headers/'.length))
  // Whether a text is a list only the schema knows: what it wants as an array is split at commas and checked again.
  for (const name of lists) read[name] = String(headers[name]).split(',').map((part) => part.trim())
  return run(validator, read, '/headers').filter(({ pointer, message }) => message !== 'is required' || !added.test(pointer))
}
