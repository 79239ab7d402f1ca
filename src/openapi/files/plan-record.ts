// Remembers which shared schemas each operation refers to, so that a change of one operation does not make the others be planned again.

/** Owners are pointers of operations, and shared schemas as `mode pointer`. */
export interface PlanRecord {
  usesUnevaluated: boolean
  /** The shared schemas that each owner names itself. */
  calls: Map<string, ReadonlySet<string>>
}

/** A plan record as JSON: every name once. */
export interface StoredPlan {
  usesUnevaluated: boolean
  names: string[]
  calls: [owner: string, ...called: number[]][]
}

export function storePlan({ usesUnevaluated, calls }: PlanRecord): StoredPlan {
  const indexes = new Map<string, number>()
  const indexOf = (name: string): number => {
    const index = indexes.get(name) ?? indexes.size
    indexes.set(name, index)
    return index
  }
  const stored = [...calls].map(([owner, called]): StoredPlan['calls'][number] => [owner, ...[...called].map(indexOf)])
  return { usesUnevaluated, names: [...indexes.keys()], calls: stored }
}

export function loadPlan({ usesUnevaluated, names, calls }: StoredPlan): PlanRecord {
  return { usesUnevaluated, calls: new Map(calls.map(([owner, ...called]) => [owner, new Set(called.map((index) => names[index] ?? ''))])) }
}

/** Every shared schema that owners lead to, and what those lead to. */
export function reachedFrom({ calls }: PlanRecord, owners: readonly string[]): Set<string> {
  const reached = new Set<string>()
  for (const owner of owners) for (const called of calls.get(owner) ?? []) reached.add(called)
  for (const next of reached) for (const called of calls.get(next) ?? []) reached.add(called)
  return reached
}

/** Every shared schema of a record. */
export function sharedNames({ calls }: PlanRecord): string[] {
  return [...calls.keys()].filter((owner) => !owner.startsWith('/'))
}
