// Compiles the parameters of an operation: how each travels, and what its schema expects.
import { isJson } from '../../media/index.ts'
import { arrayOf, childOf, followRefs, isObject, type JsonObject, objectOf } from '../read/pointers.ts'
import type { CompiledParameter, ParameterPlace } from '../table.ts'
import { isJsonBySchema } from './json-media.ts'
import { typesOf } from './json-schema.ts'

/** Whether OpenAPI says to ignore a header parameter. In Swagger 2.0, Authorization may be an ordinary parameter. */
export function isIgnoredHeader(parameter: JsonObject, dialect: string): boolean {
  if (parameter['in'] !== 'header') return false
  const name = String(parameter['name']).toLowerCase()
  return name === 'accept' || name === 'content-type' || (name === 'authorization' && dialect !== '2.0')
}

/** Compiles one parameter, its `$ref` already followed. */
export function compileParameter(document: unknown, parameter: JsonObject): CompiledParameter {
  const place = parameter['in'] as ParameterPlace
  const name = String(parameter['name'])
  const style = (parameter['style'] ?? (place === 'path' || place === 'header' ? 'simple' : 'form')) as CompiledParameter['style']
  const named = Object.keys(objectOf(parameter['content']))[0]
  const content = named !== undefined && isJsonBySchema(document, named, parameterSchema(parameter).schema) ? 'application/json' : named
  const explode = typeof parameter['explode'] === 'boolean' ? parameter['explode'] : style === 'form'
  const shape = content === undefined ? shapeOf(document, parameter['schema']) : 'primitive'
  const properties = shape === 'object' && place === 'query' && style === 'form' && explode ? namedProperties(document, parameter['schema']) : undefined
  return {
    name: place === 'header' ? name.toLowerCase() : name,
    in: place,
    required: place === 'path' || parameter['required'] === true,
    style,
    explode,
    shape,
    ...(allowsEmpty(parameter) ? { empty: emptyValue(document, parameter) } : {}),
    ...(parameter['allowReserved'] === true ? { allowReserved: true } : {}),
    ...(content === undefined ? {} : { content }),
    ...(parameter['x-collectionFormat'] === 'tsv' ? { separator: '\t' as const } : {}),
    ...(properties === undefined ? {} : { properties }),
  }
}

/** Whether a name may come without a value; that has a meaning in queries alone. */
export function allowsEmpty(parameter: JsonObject): boolean {
  return parameter['in'] === 'query' && parameter['allowEmptyValue'] === true
}

/** What a name without a value means: that it is there, or an empty text. */
export function emptyValue(document: unknown, parameter: JsonObject): true | '' {
  const types = typesOf(objectOf(followRefs(document, parameterSchema(parameter).schema)))
  return types.includes('boolean') && !types.includes('string') ? true : ''
}

/** The fields of a form that are more than one text: lists, and objects, which come as JSON or in brackets. */
export function compileFields(document: unknown, media: string, declared: JsonObject): CompiledParameter[] {
  if (media !== 'application/x-www-form-urlencoded' && !media.startsWith('multipart/')) return []
  return [...fieldsOf(document, declared['schema'])].flatMap(([name, schema]): CompiledParameter[] => {
    const encoding = objectOf(objectOf(declared['encoding'])[name])
    const shape = shapeOf(document, schema)
    const told = typeof encoding['contentType'] === 'string' ? encoding['contentType'] : undefined
    const content = told !== undefined && isJsonBySchema(document, told, schema) ? 'application/json' : told
    const inner = shape === 'array' ? shapeOf(document, objectOf(followRefs(document, schema))['items']) : shape
    if (shape === 'primitive' && !isJson(content ?? '')) return []
    const style = (encoding['style'] ?? 'form') as CompiledParameter['style']
    const explode = typeof encoding['explode'] === 'boolean' ? encoding['explode'] : style === 'form'
    return [{ name, in: 'query', required: false, style, explode, shape, ...(inner === 'primitive' && content === undefined ? {} : { content: content ?? 'application/json' }) }]
  })
}

/** The media types that `encoding` allows the parts of a form, by name. */
export function compilePartTypes(media: string, declared: JsonObject): Record<string, string[]> {
  if (!media.startsWith('multipart/')) return {}
  return Object.fromEntries(Object.entries(objectOf(declared['encoding'])).flatMap(([name, encoding]) => {
    const { contentType } = objectOf(encoding)
    return typeof contentType === 'string' ? [[name, contentType.split(',').map((type) => (type.split(';')[0] ?? '').trim().toLowerCase())]] : []
  }))
}

/** The fields of a form with their schemas, those of branches included. */
export function fieldsOf(document: unknown, schema: unknown, depth: number = 0): Map<string, unknown> {
  const target = objectOf(followRefs(document, schema))
  const parts = depth > 8 ? [] : ['allOf', 'anyOf', 'oneOf'].flatMap((key) => arrayOf(target[key])).flatMap((part) => [...fieldsOf(document, part, depth + 1)])
  return new Map([...parts, ...Object.entries(objectOf(target['properties']))])
}

/** The schema of a parameter, of its `content` where it has one. */
export function parameterSchema(parameter: JsonObject): { schema: unknown; keys: string[] } {
  const content = Object.entries(objectOf(parameter['content']))[0]
  if (content !== undefined) return { schema: childOf(content[1], 'schema') ?? {}, keys: ['content', content[0], 'schema'] }
  return { schema: parameter['schema'] ?? {}, keys: ['schema'] }
}

// The keys of the query that belong to an exploded object: those that its schema names; undefined for any, if the schema allows additional properties.
function namedProperties(document: unknown, schema: unknown, depth: number = 0): string[] | undefined {
  const target = objectOf(followRefs(document, schema))
  const parts = depth > 8 ? [] : ['allOf', 'anyOf', 'oneOf'].flatMap((key) => arrayOf(target[key])).map((part) => namedProperties(document, part, depth + 1))
  const isOpen = target['additionalProperties'] === true || isObject(target['additionalProperties']) || isObject(target['patternProperties'])
  if (isOpen || parts.includes(undefined)) return undefined
  const names = [...new Set([...Object.keys(objectOf(target['properties'])), ...parts.flatMap((part) => part ?? [])])]
  return names.length === 0 && depth === 0 ? undefined : names
}

function shapeOf(document: unknown, schema: unknown, depth: number = 0): CompiledParameter['shape'] {
  const target = followRefs(document, schema)
  if (!isObject(target) || depth > 8) return 'primitive'
  const types = arrayOf(target['type'] ?? []).concat(typeof target['type'] === 'string' ? [target['type']] : [])
  if (types.includes('array')) return 'array'
  if (types.includes('object')) return 'object'
  if (types.length > 0) return 'primitive'
  if ('properties' in target || isObject(target['additionalProperties'])) return 'object'
  if ('items' in target || 'prefixItems' in target) return 'array'
  const branches = [...arrayOf(target['allOf']), ...arrayOf(target['anyOf']), ...arrayOf(target['oneOf'])]
  // Where one branch is a list and another a single value, it is read as a list; a single value still passes.
  const shapes = branches.map((branch) => shapeOf(document, branch, depth + 1))
  return shapes.find((shape) => shape !== 'primitive') ?? 'primitive'
}
