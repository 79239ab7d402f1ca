// Which shared schemas may look at one value again and again: a union on a circle of references looks at each level once for every branch of each level above.

/** What has to be known of a shared schema. */
export interface Linked {
  schema: unknown
  refs: readonly string[]
}

// Keywords by which a schema looks at a value, or at one part of it, more than once.
const again = /"(?:anyOf|oneOf|allOf|not|if|patternProperties|dependentSchemas|dependencies|contains|unevaluatedProperties|unevaluatedItems)":/

/** The schemas on circles of references of which one looks at a value more than once, by pointer. */
export function revisitedIn(shared: ReadonlyMap<string, Linked>): Set<string> {
  return new Set(circlesOf(shared).filter((circle) => circle.some((pointer) => again.test(JSON.stringify(shared.get(pointer)!.schema)))).flat())
}

interface Visit {
  pointer: string
  next: number
  lowest: number
}

// Tarjan's strongly connected components, without recursion: documents have chains of thousands of schemas.
function circlesOf(shared: ReadonlyMap<string, Linked>): string[][] {
  const order = new Map<string, number>()
  const open = new Set<string>()
  const path: string[] = []
  const circles: string[][] = []
  const enter = (pointer: string): Visit => {
    order.set(pointer, order.size)
    open.add(pointer)
    path.push(pointer)
    return { pointer, next: 0, lowest: order.get(pointer)! }
  }
  const leave = ({ pointer, lowest }: Visit): void => {
    if (lowest !== order.get(pointer)) return
    const circle = path.splice(path.lastIndexOf(pointer))
    for (const member of circle) open.delete(member)
    if (circle.length > 1 || shared.get(pointer)!.refs.includes(pointer)) circles.push(circle)
  }
  for (const start of shared.keys()) {
    if (order.has(start)) continue
    const stack = [enter(start)]
    while (stack.length > 0) {
      const visit = stack.at(-1)!
      const ref = shared.get(visit.pointer)!.refs[visit.next++]
      if (ref === undefined) {
        leave(visit)
        stack.pop()
        const parent = stack.at(-1)
        if (parent !== undefined) parent.lowest = Math.min(parent.lowest, visit.lowest)
      } else if (!shared.has(ref)) continue
      else if (!order.has(ref)) stack.push(enter(ref))
      else if (open.has(ref)) visit.lowest = Math.min(visit.lowest, order.get(ref)!)
    }
  }
  return circles
}
