// Builds runtime.cjs: what precompiled validators need while they run, so that they require nothing else.
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type * as Esbuild from 'esbuild'

// The extension of the files that esbuild takes in: sources in this repository, compiled code in the package.
const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'

const source = `
exports.ucs2length = require('ajv/dist/runtime/ucs2length').default
const { isEqual, duplicateIn } = require('../json-equal${extension}')
exports.equal = isEqual
exports.duplicate = duplicateIn
exports.multiple = require('../decimals${extension}').isMultipleOf
// Made when one is asked for: most validators ask for none. That of url tries each colon anew for what any character before an @ says already.
let formats
const linear = (format) => new RegExp(format.source.replace('\\\\S+(?::\\\\S*)?@', '\\\\S+@'), format.flags)
Object.defineProperty(exports, 'formats', { get: () => (formats ??= Object.fromEntries(Object.entries(require('ajv-formats/dist/formats').fullFormats).map(([name, format]) => [name, format instanceof RegExp ? ((bounded) => (text) => bounded.test(text))(name === 'url' ? linear(format) : format) : format]))) })
exports.regExp = require('../../../patterns/bounded-pattern${extension}').boundedPattern

const limits = { Length: 'characters', Items: 'items', Properties: 'properties' }
const messagesOf = () => ({
  'false schema': () => 'boolean schema is false',
  type: ({ type }) => 'must be ' + type,
  required: ({ missingProperty }) => "must have required property '" + missingProperty + "'",
  format: ({ format }) => 'must match format "' + format + '"',
  pattern: ({ pattern }) => 'must match pattern "' + pattern + '"',
  enum: () => 'must be equal to one of the allowed values',
  const: () => 'must be equal to constant',
  multipleOf: ({ multipleOf }) => 'must be multiple of ' + multipleOf,
  uniqueItems: ({ i, j }) => 'must NOT have duplicate items (items ## ' + j + ' and ' + i + ' are identical)',
  contains: ({ minContains, maxContains }) => maxContains === undefined ? 'must contain at least ' + minContains + ' valid item(s)' : 'must contain at least ' + minContains + ' and no more than ' + maxContains + ' valid item(s)',
  additionalItems: ({ limit }) => 'must NOT have more than ' + limit + ' items',
  items: ({ limit }) => 'must NOT have more than ' + limit + ' items',
  unevaluatedItems: ({ limit }) => 'must NOT have more than ' + limit + ' items',
  additionalProperties: () => 'must NOT have additional properties',
  unevaluatedProperties: () => 'must NOT have unevaluated properties',
  propertyNames: () => 'property name must be valid',
  dependentRequired: ({ depsCount, deps, property }) => 'must have ' + (depsCount === 1 ? 'property' : 'properties') + ' ' + deps + ' when property ' + property + ' is present',
  not: () => 'must NOT be valid',
  anyOf: () => 'must match a schema in anyOf',
  oneOf: () => 'must match exactly one schema in oneOf',
  if: ({ failingKeyword }) => 'must match "' + failingKeyword + '" schema',
})
let messages
const messageOf = (keyword, params) => {
  if (messages === undefined) {
    messages = messagesOf()
    messages.dependencies = messages.dependentRequired
  }
  if (Object.hasOwn(messages, keyword)) return messages[keyword](params)
  if (params.comparison !== undefined) return 'must be ' + params.comparison + ' ' + params.limit
  const [, bound, what] = /^(min|max)(Length|Items|Properties)$/.exec(keyword) ?? []
  return bound === undefined ? undefined : 'must NOT have ' + (bound === 'max' ? 'more' : 'fewer') + ' than ' + params.limit + ' ' + limits[what]
}

// The calls that compact-validator.ts writes: faults, missing properties, coercions, and the test for an object.
const add = (faults, instancePath, keyword, params) => {
  const fault = { instancePath, keyword, params, message: messageOf(keyword, params) }
  if (faults === null) return [fault]
  faults.push(fault)
  return faults
}
exports.e = add
exports.t = (faults, path, type) => add(faults, path, 'type', { type })
exports.q = (faults, path, missingProperty) => add(faults, path, 'required', { missingProperty })
exports.f = (faults, path, format) => add(faults, path, 'format', { format })
exports.u = (faults, path, allowedValues) => add(faults, path, 'enum', { allowedValues })
exports.r = (faults, path, data, names) => {
  for (const missingProperty of names) if (data[missingProperty] === undefined) faults = add(faults, path, 'required', { missingProperty })
  return faults
}
// Lists of name, type and format: of properties that are there, and of those that may be replaced by what they mean as text.
const isOfType = (value, type) => type === 'integer' ? Number.isInteger(value) : type === 'number' ? Number.isFinite(value) : type === 'null' ? value === null : typeof value === type
exports.p = (faults, path, data, list) => {
  for (let at = 0; at < list.length; at += 3) {
    const name = list[at]
    const value = data[name]
    if (value === undefined) continue
    const type = list[at + 1]
    if (typeof type === 'string' ? !isOfType(value, type) : !(isOfType(value, type[0]) || value === null)) faults = exports.t(faults, path + '/' + name, type)
    if (list[at + 2] === 0) continue
    const format = exports.formats[list[at + 2]]
    const isText = type === 'string' || type[0] === 'string'
    if ((isText ? typeof value === 'string' : Number.isFinite(value)) && !(format.validate ?? format)(value)) faults = exports.f(faults, path + '/' + name, list[at + 2])
  }
  return faults
}
exports.c = (faults, path, data, list) => {
  for (let at = 0; at < list.length; at += 3) {
    const name = list[at]
    const value = data[name]
    if (value === undefined) continue
    const type = list[at + 1]
    if (isOfType(value, type)) continue
    const replaced = type === 'string' ? exports.cs(value) : type === 'integer' ? exports.ci(value) : type === 'number' ? exports.cn(value) : exports.cb(value)
    if (replaced === undefined) faults = exports.t(faults, path + '/' + name, type)
    else data[name] = replaced
  }
  return faults
}
exports.cs = (value) => typeof value === 'number' || typeof value === 'boolean' ? '' + value : value === null ? '' : undefined
exports.ci = (value) => typeof value === 'boolean' || value === null || (typeof value === 'string' && value && value == +value && !(value % 1)) ? +value : undefined
exports.cn = (value) => typeof value === 'boolean' || value === null || (typeof value === 'string' && value && value == +value) ? +value : undefined
exports.cb = (value) => value === 'false' || value === 0 || value === null ? false : value === 'true' || value === 1 ? true : undefined
// For schemas on a circle of references with a union on it: what one of them found at a place is kept until the outermost has ended.
// Without that each branch would look at all below once more, and each level would double the work and the faults.
const mostFaults = 1000
let inside = 0
let found
exports.m = (validate, check, data, at) => {
  if (typeof data !== 'object' || data === null) return check(data, at)
  if (inside === 0) found = new Map()
  let known = found.get(validate)
  if (known === undefined) found.set(validate, (known = new Map()))
  const path = at?.p ?? at?.instancePath ?? ''
  const before = known.get(data)
  const { evaluated } = validate
  // One object may stand at two places of an answer.
  if (before !== undefined && before.path === path) {
    validate.errors = before.faults === null ? null : before.faults.slice()
    if (evaluated !== undefined) Object.assign(evaluated, before.evaluated)
    return before.faults === null
  }
  inside++
  try {
    const fits = check(data, at)
    const faults = fits ? null : validate.errors.slice(0, mostFaults)
    known.set(data, { path, faults, evaluated: evaluated === undefined ? undefined : { ...evaluated } })
    if (!fits) validate.errors = faults.slice()
    return fits
  } finally {
    if (--inside === 0) found = undefined
  }
}
exports.o = (value) => value && typeof value === 'object' && !Array.isArray(value)
`

/** The bytes of `runtime.cjs`; the same for every API. */
export async function buildValidatorRuntime(): Promise<string> {
  const esbuild = createRequire(import.meta.url)('esbuild') as typeof Esbuild
  const result = await esbuild.build({
    stdin: { contents: source, resolveDir: dirname(fileURLToPath(import.meta.url)), loader: 'js' },
    bundle: true,
    format: 'cjs',
    platform: 'neutral',
    mainFields: ['main'],
    target: 'node20',
    minify: true,
    write: false,
    legalComments: 'none',
  })
  return `// What the validators beside this file need at run time.\n${result.outputFiles[0]?.text ?? ''}`
}
