// Which calls of tables the code of a function names, and what each of them does to DynamoDB.

/** What each call needs on the table itself. `also` is needed on the table beside it, where there is one. */
const needs = {
  load: { table: ['GetItem'] },
  find: { table: ['GetItem'] },
  exists: { table: ['GetItem'] },
  // Of a batch or a transaction.
  get: { table: ['GetItem'] },
  query: { table: ['Query'] },
  scan: { table: ['Scan'] },
  count: { table: ['Query', 'Scan'] },
  // Each write may have to look at what is in its way, and to take away an item whose time is over.
  save: { table: ['PutItem', 'GetItem'] },
  put: { table: ['PutItem', 'GetItem'] },
  update: { table: ['UpdateItem', 'GetItem'] },
  delete: { table: ['DeleteItem', 'GetItem'] },
  check: { table: ['ConditionCheckItem', 'GetItem'] },
  counter: { table: [] },
  batch: { table: [] },
} as const

export type TableCall = keyof typeof needs

export const allTableCalls: readonly TableCall[] = Object.keys(needs) as TableCall[]

/**
 * The calls whose names stand in the code as members: `.save`, `?.save`, `['save']`, `{ save }`.
 * Where a member is called by a name that only a run knows, all of them.
 */
export function tableCallsIn(code: readonly string[]): TableCall[] {
  if (code.some((text) => /\.table\(/.test(text) && /[\w$)\]]\[[A-Za-z_$][\w$.]*\]\(/.test(text))) return [...allTableCalls]
  return allTableCalls.filter((name) => isNamed(code, name))
}

/** Whether the code names `context.fire` or `context.fireAll` in the same way. */
export function firesIn(code: readonly string[]): boolean {
  return isNamed(code, 'fire') || isNamed(code, 'fireAll')
}

function isNamed(code: readonly string[], name: string): boolean {
  const member = new RegExp(`(?:[.[]|\\{(?:[^{}()]*,)?)["'\`]?${name}(?![\\w$])`)
  return code.some((text) => member.test(text))
}

/** What the calls need on a table: sorted names of actions. `ttl` says that its items have an end, and `isSide` that it is the table beside another. */
export function tableActions(calls: readonly TableCall[], { ttl, isSide }: { ttl: boolean; isSide: boolean }): string[] {
  const has = (...names: TableCall[]): boolean => names.some((name) => calls.includes(name))
  if (isSide) return sideActions(has)
  const actions = new Set<string>(calls.flatMap((name) => needs[name].table))
  if (ttl && has('save', 'update', 'check', 'delete')) actions.add('DeleteItem')
  if (has('batch')) {
    if (has('get')) actions.add('BatchGetItem')
    if (has('put', 'delete')) actions.add('BatchWriteItem')
  }
  return [...actions].sort()
}

function sideActions(has: (...names: TableCall[]) => boolean): string[] {
  return [
    ...(has('save', 'put', 'update', 'delete') ? ['DeleteItem', 'GetItem', 'PutItem'] : []),
    ...(has('counter') ? ['BatchGetItem', 'UpdateItem'] : []),
  ].sort()
}
