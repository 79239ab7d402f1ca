// Paths into items, as texts: read, and told apart where they overlap.

/** Names and places in lists, from the outside to the inside. */
export type Steps = (string | number)[]

const step = /\.?([^.[\]"]+)|\["((?:[^"\\]|\\.)*)"\]|\[(\d{1,6})\]/y

/**
 * The steps of a path such as `lines[0].price` or `["a.b"].c`.
 * @throws TypeError where it is no path
 */
export function parsePath(path: string, table: string): Steps {
  const steps: Steps = []
  step.lastIndex = 0
  while (step.lastIndex < path.length) {
    const start = step.lastIndex
    const match = step.exec(path)
    const [, name, quoted, place] = match ?? []
    // A dot stands between two names, and nowhere else.
    const isWhole = match !== null && (name === undefined || (start === 0) !== path.startsWith('.', start))
    if (!isWhole || (steps.length === 0 && place !== undefined)) throw new TypeError(`${JSON.stringify(path)} is no path into an item of table ${table}: write status, address.city or lines[0].price, and a name with other signs as ["a.b"]`)
    steps.push(place === undefined ? (name ?? unquoted(quoted!)) : Number(place))
  }
  if (steps.length === 0) throw new TypeError(`An empty text is no path into an item of table ${table}: write status, address.city or lines[0].price`)
  if (steps.length > 32) throw new TypeError(`${JSON.stringify(path)} leads deeper than the 32 levels that DynamoDB holds`)
  return steps
}

function unquoted(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string
  } catch {
    return text
  }
}

/** The first two paths of which one lies in the other, or undefined. */
export function overlapping(paths: readonly Steps[]): [Steps, Steps] | undefined {
  for (const [index, one] of paths.entries()) {
    const other = paths.slice(index + 1).find((candidate) => candidate.slice(0, one.length).every((part, place) => part === one[place]) || one.slice(0, candidate.length).every((part, place) => part === candidate[place]))
    if (other !== undefined) return [one, other]
  }
  return undefined
}

/** A path as it is written. */
export function pathText(steps: Steps): string {
  return steps.map((part, index) => (typeof part === 'number' ? `[${part}]` : /[.[\]"]/.test(part) ? `[${JSON.stringify(part)}]` : `${index === 0 ? '' : '.'}${part}`)).join('')
}
