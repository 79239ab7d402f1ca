// The refusal of a query or body in the seed's form: which parameter, where in it, what is wrong.
import { type ErrorDetail, type HttpError } from '../../errors/index.ts'
import * as opsCodes from '../../errors/ops-codes.ts'

/** One fault of a request; `place`: from the name of the parameter, or of the first key of a body, inward. */
export interface Wrong {
  in: 'query' | 'body'
  place: readonly (string | number)[]
  message: string
}

/** The 422 with every fault that is given. */
export function refusal(faults: readonly Wrong[]): HttpError {
  const errors: ErrorDetail[] = faults.map(({ in: part, place, message }) => ({ pointer: [`/${part}`, ...place.map((key) => String(key).replaceAll('~', '~0').replaceAll('/', '~1'))].join('/'), message }))
  return opsCodes.OPS_REQUEST_INVALID(undefined, { errors })
}

/**
 * The body that the seed answers with: `{"querystring": {"v": ["Not a valid boolean."]}}`, or `json` for a fault of the body.
 * undefined where no fault lies in either.
 */
export function seedBody(errors: readonly ErrorDetail[]): object | undefined {
  const body = bare()
  for (const { pointer, message } of errors) {
    const [, part = '', ...keys] = pointer.split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    const name = part === 'query' ? 'querystring' : part === 'body' ? 'json' : undefined
    if (name !== undefined) put(body, { keys: [name, ...(keys.length === 0 && part === 'body' ? ['_schema'] : keys)], message })
  }
  return Object.keys(body).length === 0 ? undefined : body
}

type Tree = { [key: string]: Tree | string[] }

function put(tree: Tree, { keys, message }: { keys: readonly string[]; message: string }): void {
  let node = tree
  for (const key of keys.slice(0, -1)) {
    const next = node[key]
    // A fault of the whole and one of a part of it: the whole is said first.
    node = next === undefined || Array.isArray(next) ? (node[key] = bare()) : next
  }
  const last = keys.at(-1)!
  const known = node[last]
  node[last] = Array.isArray(known) ? [...known, message] : [message]
}

// Keys come from callers: without a prototype, `__proto__` is a key like any other.
function bare(): Tree {
  return Object.create(null) as Tree
}
