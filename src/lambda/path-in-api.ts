// The path of a request within its API: a custom domain hands it over with the mapping in front, which no document knows.

// Segments of a mapping and a stage; a path may have thousands.
const mostMapped = 20

/**
 * The part of a path that an API's own route stands for; undefined where the route does not say.
 * @param template the route's path, for example `/{proxy+}` or `/things/{id}`
 * @param parameters what the gateway has found for its parameters
 */
export function pathInApi(path: string, template: unknown, parameters: unknown): string | undefined {
  if (typeof template !== 'string' || !template.startsWith('/')) return undefined
  const own = filled(template, parameters)
  if (own === undefined) return undefined
  // The usual case: nothing is in front.
  if (path === own) return path
  const wanted = comparable(own)
  const segments = path.split('/').slice(1)
  // From the longest on: what stands in front is as short as can be.
  for (let from = 0; from <= Math.min(segments.length, mostMapped); from += 1) {
    const part = `/${segments.slice(from).join('/')}`
    if (comparable(part) === wanted) return part
  }
  return undefined
}

// A gateway that finds no value for a parameter has matched something else.
function filled(template: string, parameters: unknown): string | undefined {
  let isWhole = true
  const values = (typeof parameters === 'object' && parameters !== null ? parameters : {}) as Record<string, unknown>
  const own = template.replace(/\{([^{}]+?)\+?\}/g, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (typeof value === 'string') return value
    isWhole = false
    return ''
  })
  return isWhole ? own : undefined
}

// Parameters come decoded from one gateway and as they were from another; a slash at the end is no part of a route.
function comparable(path: string): string {
  const decoded = path.includes('%') ? decode(path) : path
  return decoded.length > 1 && decoded.endsWith('/') ? decoded.slice(0, -1) : decoded
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
