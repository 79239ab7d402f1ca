// All routes of the document, for the peers whose routes are written in code.
import { readFileSync } from 'node:fs'

/** Method and path with `:names` of every operation but the measured one. */
export function otherRoutes() {
  const { paths } = JSON.parse(readFileSync(process.env.BENCH_DOCUMENT, 'utf8'))
  return Object.entries(paths).filter(([path]) => !path.startsWith('/bench/') && !/\}[^/]/.test(path) && !/[^/]\{/.test(path)).flatMap(([path, item]) => Object.keys(item).filter((method) => ['get', 'post', 'put', 'patch', 'delete'].includes(method)).map((method) => [method, path.replace(/\{([^}]*)\}/g, (_, name) => `:${name.replaceAll('-', '_')}`)]))
}
