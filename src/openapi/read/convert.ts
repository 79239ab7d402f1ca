// From Swagger 2.0 to OpenAPI 3.0, by the library swagger2openapi; mends what it leaves open.
import { createRequire } from 'node:module'
import { messageOf } from '../../errors/index.ts'
import { arrayOf, isObject, type JsonObject, objectOf } from './pointers.ts'

interface Converter {
  convertObj(document: JsonObject, options: Record<string, unknown>): Promise<{ openapi: JsonObject }>
}

/** Converts a document in which every `$ref` is internal; the given document is left alone. */
export async function convertSwagger(document: JsonObject): Promise<{ openapi: JsonObject } | { failure: string }> {
  const copy = structuredClone(document)
  prepare(copy)
  try {
    const { convertObj } = createRequire(import.meta.url)('swagger2openapi') as Converter
    const converted = await quietly(() => convertObj(copy, { patch: true, warnOnly: true, resolve: false }))
    // Through JSON, because the converter may leave holes in lists, and objects that stand in several places.
    const openapi = JSON.parse(JSON.stringify(converted.openapi)) as JsonObject
    mend(openapi)
    return { openapi }
  } catch (error) {
    return { failure: messageOf(error) }
  }
}

// Silences the converter, which prints the stack of every error that it throws; the fault already tells it in a sentence.
async function quietly<Result>(work: () => Promise<Result>): Promise<Result> {
  const output: { warn: unknown } = globalThis['console']
  // Two conversions may overlap: the original function is kept, so that the last one to end does not restore the silent one.
  const original = (output.warn as { original?: unknown }).original ?? output.warn
  output.warn = Object.assign(() => undefined, { original })
  try {
    return await work()
  } finally {
    output.warn = original
  }
}

// Prepares what the converter refuses or guesses: lists separated by tabs, which OpenAPI 3 has no style for, and missing media types, which klue takes for JSON.
function prepare(document: JsonObject): void {
  if (!Array.isArray(document['produces'])) document['produces'] = ['application/json']
  if (!isObject(document['info'])) document['info'] = {}
  for (const parameter of parametersOf(document)) {
    if (parameter['collectionFormat'] !== 'tsv') continue
    parameter['collectionFormat'] = 'csv'
    parameter['x-collectionFormat'] = 'tsv'
  }
}

function parametersOf(document: JsonObject): JsonObject[] {
  const lists: unknown[] = [Object.values(objectOf(document['parameters']))]
  for (const item of Object.values(objectOf(document['paths']))) {
    lists.push(objectOf(item)['parameters'])
    for (const operation of Object.values(objectOf(item))) lists.push(objectOf(operation)['parameters'])
  }
  return lists.flatMap(arrayOf).filter(isObject)
}

// The converter leaves `x-nullable` of a parameter beside the schema; validation needs it inside.
function mend(document: JsonObject): void {
  for (const parameter of [...parametersOf(document), ...Object.values(objectOf(objectOf(document['components'])['parameters'])).filter(isObject)]) {
    const schema = parameter['schema']
    if (parameter['x-nullable'] === true && isObject(schema)) schema['nullable'] = true
  }
}
