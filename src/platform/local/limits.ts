// Limits of DynamoDB that dynalite counts in characters or not at all: sizes in bytes, and keys of indexes.
import type { Attribute, DynaliteLogic, DynaliteTable, Item } from './dynalite.ts'

const mended = new WeakSet<DynaliteLogic>()

/** Makes dynalite count as DynamoDB does; once, as there is one dynalite in a process. */
export function countBytes(logic: DynaliteLogic): void {
  if (mended.has(logic)) return
  mended.add(logic)
  const { itemSize, validateItem, validateKey, updateIndexes, validationError } = logic
  logic.itemSize = (item, ...others) => itemSize(item, ...others) + (others.length > 0 ? 0 : extraBytes(item))
  logic.validateItem = (item, table) => validateItem(item, table) ?? refused(keyFault(item, table), validationError)
  logic.validateKey = (key, table, ...others) => validateKey(key, table, ...others) ?? (others.length > 0 ? undefined : refused(keyFault(key, table), validationError))
  // Behind whatever made the item, and before anything is written.
  logic.updateIndexes = (...[store, table, before, item, done]) => {
    const fault = item === null ? undefined : refused(indexFault(item, table), validationError)
    if (fault === undefined) updateIndexes(store, table, before, item, done)
    else done(fault)
  }
}

function refused(fault: string | undefined, refusal: (message: string) => Error): Error | undefined {
  return fault === undefined ? undefined : refusal(`One or more parameter values were invalid: ${fault}`)
}

// Of the key itself; that the attributes are there and of their type is known.
function keyFault(item: Item, { KeySchema }: DynaliteTable): string | undefined {
  for (const { AttributeName, KeyType } of KeySchema) {
    const fault = sizeFault(item[AttributeName]!, KeyType)
    if (fault !== undefined) return fault
  }
  return undefined
}

function indexFault(item: Item, { GlobalSecondaryIndexes = [], LocalSecondaryIndexes = [] }: DynaliteTable): string | undefined {
  for (const { IndexName, KeySchema } of [...GlobalSecondaryIndexes, ...LocalSecondaryIndexes]) {
    for (const { AttributeName, KeyType } of KeySchema) {
      const value = item[AttributeName]
      if (value === undefined) continue
      const isEmpty = value['S'] === '' || value['B'] === ''
      const fault = isEmpty ? `A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty ${value['S'] === '' ? 'string' : 'binary'} value.` : sizeFault(value, KeyType)
      if (fault !== undefined) return `${fault} IndexName: ${IndexName}, IndexKey: ${AttributeName}`
    }
  }
  return undefined
}

function sizeFault({ S, B }: Attribute, kind: string): string | undefined {
  const bytes = typeof S === 'string' ? Buffer.byteLength(S) : typeof B === 'string' ? Buffer.byteLength(B, 'base64') : 0
  if (kind === 'HASH') return bytes > 2048 ? 'Size of hashkey has exceeded the maximum size limit of2048 bytes' : undefined
  return bytes > 1024 ? 'Aggregated size of all range keys has exceeded the size limit of 1024 bytes' : undefined
}

// How many bytes names and texts have more than characters.
function extraBytes(item: Item): number {
  let extra = 0
  for (const name in item) extra += extraOf(name) + extraIn(item[name]!)
  return extra
}

function extraIn({ S, SS, L, M }: Attribute): number {
  if (typeof S === 'string') return extraOf(S)
  if (Array.isArray(SS)) return SS.reduce<number>((sum, text) => sum + extraOf(text as string), 0)
  if (Array.isArray(L)) return L.reduce<number>((sum, value) => sum + extraIn(value as Attribute), 0)
  return typeof M === 'object' && M !== null ? extraBytes(M as Item) : 0
}

function extraOf(text: string): number {
  return Buffer.byteLength(text) - text.length
}
