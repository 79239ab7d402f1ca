// Loads openapi-backend into this process as it stands in a function: without what the compiled binding never uses.
import { createRequire } from 'node:module'

// As in a bundle: see slim.ts. These alone take as long to load as the rest of a local start.
const replaced = ['lodash', 'openapi-schema-validator', 'dereference-json-schema', 'mock-json-schema', './refparser', './router', './validation', './utils']

const lodash = {
  keys: Object.keys,
  flatMap: <Item, Result>(list: Item[], map: (item: Item) => Result[]): Result[] => list.flatMap((item) => map(item)),
  includes: <Item>(list: Item[], item: Item): boolean => list.includes(item),
}

/** Who imports openapi-backend after this gets the slim one; its parts themselves stay what they are for everybody else. */
export function loadSlimBackend(): void {
  const load = createRequire(import.meta.url)
  const backend = load.resolve('openapi-backend')
  const from = createRequire(backend)
  const { cache } = load
  if (cache[backend] !== undefined) return
  const paths = replaced.map((request) => from.resolve(request))
  const before = paths.map((path) => cache[path])
  for (const [index, path] of paths.entries()) cache[path] = { id: path, filename: path, path, loaded: true, children: [], paths: [], parent: null, isPreloading: false, require: from, exports: replaced[index] === 'lodash' ? lodash : thrower() } as unknown as NodeJS.Module
  try {
    load('openapi-backend')
  } finally {
    for (const [index, path] of paths.entries()) {
      const known = before[index]
      if (known === undefined) delete cache[path]
      else cache[path] = known
    }
  }
}

function thrower(): unknown {
  const unused = (): never => {
    throw new Error('This part of openapi-backend is not loaded: everything it does was done by klue generate')
  }
  return new Proxy(unused, { get: (_target, key) => (key === '__esModule' ? true : unused) })
}
