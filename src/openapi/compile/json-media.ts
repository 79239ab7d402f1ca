// Which media types mean JSON although their names do not say so: their schemas describe what neither text nor bytes can be.
import { holdsJson, leavesOpen } from '../../media/index.ts'
import { arrayOf, followRefs, isObject, type JsonObject } from '../read/pointers.ts'
import { isBinary, typesOf } from './json-schema.ts'

/** Whether JSON may come under a declared media type, by its name or by its schema. */
export function carriesJson(document: unknown, media: string, schema: unknown): boolean {
  return holdsJson(media) || isJsonBySchema(document, media, schema)
}

/** The media types of a `content`, as `contentOf` gives it, that only their schemas show to be JSON; nothing where there are none. */
export function jsonBySchema(document: unknown, content: ReadonlyMap<string, JsonObject>): { json?: string[] } {
  const json = [...content].filter(([media, { schema }]) => isJsonBySchema(document, media, schema)).map(([media]) => media)
  return json.length === 0 ? {} : { json }
}

/** Whether a media type that leaves open how it is written has a schema that no text and no bytes can fit. */
export function isJsonBySchema(document: unknown, media: string, schema: unknown): boolean {
  return leavesOpen(media) && !isBinary(document, schema) && isStructured(document, schema)
}

const structuring = ['properties', 'patternProperties', 'additionalProperties', 'required', 'items', 'prefixItems', 'multipleOf', 'minimum', 'maximum']

function isStructured(document: unknown, schema: unknown, depth: number = 0): boolean {
  const target = followRefs(document, schema)
  if (!isObject(target) || depth > 8) return false
  const types = typesOf(target)
  if (types.length > 0) return !types.some((type) => ['string', 'file', 'any'].includes(type))
  const values = 'const' in target ? [target['const']] : arrayOf(target['enum'])
  if (values.length > 0) return values.every((value) => typeof value !== 'string')
  const isPart = (part: unknown): boolean => isStructured(document, part, depth + 1)
  const unions = [arrayOf(target['anyOf']), arrayOf(target['oneOf'])].filter((branches) => branches.length > 0)
  return structuring.some((key) => key in target) || arrayOf(target['allOf']).some(isPart) || unions.some((branches) => branches.every(isPart))
}
