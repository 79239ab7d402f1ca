// Turns schemas into CommonJS modules of precompiled validators that share one module a component.
import { createRequire } from 'node:module'
import type { Ajv, AnySchemaObject, CodeOptions, Options } from 'ajv'
import type * as AjvCodegen from 'ajv/dist/compile/codegen/index.js'
import type { UsedScopeValues, ValueScopeName } from 'ajv/dist/compile/codegen/scope.js'
import type { SchemaEnv } from 'ajv/dist/compile/index.js'
import type { AnyValidateFunction, SourceCode } from 'ajv/dist/types/index.js'
import { changeKeywords } from './ajv-keywords.ts'

/**
 * How values are treated: `text` coerces and fills in defaults (parameters, forms), `request` fills in defaults (JSON),
 * `reply` changes nothing, `header` coerces (headers of replies).
 */
export type Mode = 'text' | 'request' | 'reply' | 'header'

/** Compiles the schemas of one mode of one API; one Ajv for all of them. */
export interface SchemaCompiler {
  /** Adds a schema under the reference that others use for it, and the module that will hold it. */
  addShared: (reference: string, schema: AnySchemaObject | boolean, module: string) => void
  hasShared: (reference: string) => boolean
  compileShared: (reference: string) => AnyValidateFunction
  compile: (schema: AnySchemaObject | boolean) => AnyValidateFunction
  /** The code of a validator; shared ones are required from their modules. */
  codeOf: (validate: AnyValidateFunction) => { name: string; code: string }
}

const settings: Record<Mode, Options> = {
  text: { coerceTypes: true, useDefaults: true },
  request: { useDefaults: true },
  reply: {},
  header: { coerceTypes: true },
}

/** The formats that validators check. */
export function knownFormats(): ReadonlySet<string> {
  return new Set(Object.keys(loadFormats()))
}

/** The version of Ajv, part of the key of cached validators. */
export function ajvVersion(): string {
  return (createRequire(import.meta.url)('ajv/package.json') as { version: string }).version
}

function loadFormats(): Record<string, Parameters<Ajv['addFormat']>[1]> {
  return (createRequire(import.meta.url)('ajv-formats/dist/formats') as { fullFormats: Record<string, Parameters<Ajv['addFormat']>[1]> }).fullFormats
}

export function createCompiler(mode: Mode, dialect: '2.0' | '3.0' | '3.1', usesUnevaluated: boolean): SchemaCompiler {
  const load = createRequire(import.meta.url)
  const { _ } = load('ajv/dist/compile/codegen') as typeof AjvCodegen
  const Class = (load(dialect === '3.1' ? 'ajv/dist/2020' : 'ajv') as { default: new (options: Options) => Ajv }).default
  const regExp = Object.assign((pattern: string, flags: string) => tolerantRegExp(pattern, flags), { code: 'require("../runtime.cjs").regExp' })
  const code: CodeOptions = { source: true, lines: true, optimize: 1, formats: _`require("../runtime.cjs").formats`, regExp }
  const ajv = new Class({ strict: false, strictNumbers: true, allErrors: true, messages: false, inlineRefs: false, validateSchema: false, addUsedSchema: false, logger: false, meta: false, defaultMeta: '', code, ...settings[mode] })
  changeKeywords(ajv)
  for (const [name, format] of Object.entries(loadFormats())) ajv.addFormat(name, asFunction(format))
  if (!usesUnevaluated) Object.assign(ajv.opts, { unevaluated: false })
  const modules = new Map<unknown, string>()
  return {
    addShared: (reference, schema, module) => {
      // Shared validators are told apart by their schema object, so a boolean schema needs an object too.
      const object = typeof schema === 'boolean' ? (schema ? {} : { not: {} }) : schema
      ajv.addSchema(object, reference)
      modules.set(object, module)
    },
    hasShared: (reference) => reference in ajv.schemas,
    compileShared: (reference) => ajv.getSchema(reference) as AnyValidateFunction,
    compile: (schema) => ajv.compile(schema),
    codeOf: (validate) => ({ name: String(validate.source?.validateName), code: standaloneCode(ajv, modules, validate) }),
  }
}

// A function, because Ajv would repeat a regular expression in the code of every validator that uses the format.
function asFunction(format: Parameters<Ajv['addFormat']>[1]): Parameters<Ajv['addFormat']>[1] {
  return format instanceof RegExp ? (text: string): boolean => format.test(text) : format
}

function tolerantRegExp(pattern: string, flags: string): RegExp {
  try {
    return new RegExp(pattern, flags)
  } catch {
    return new RegExp(pattern)
  }
}

// Does what ajv/dist/standalone does, but requires shared validators from their own modules.
function standaloneCode(ajv: Ajv, modules: ReadonlyMap<unknown, string>, root: AnyValidateFunction): string {
  const { _Code: Code } = createRequire(import.meta.url)('ajv/dist/compile/codegen/code') as { _Code: new (code: string) => AjvCodegen.Code }
  const used: UsedScopeValues = {}
  const codeOf = (source: SourceCode): string => {
    const scope = ajv.scope.scopeCode(source.scopeValues, used, (name) => new Code(valueCode(name)))
    const evaluated = source.evaluated === undefined ? '' : `${String(source.validateName)}.evaluated = ${String(source.evaluated)};\n`
    return `${String(scope)}${source.validateCode}\n${evaluated}`
  }
  // A schema that is still being compiled arrives in a wrapper. Whether it is depends on the order, so both forms give the same code.
  const valueCode = (name: ValueScopeName): string => {
    const reference = name.value?.ref as AnyValidateFunction | SchemaEnv
    const validate = typeof reference === 'function' ? reference : reference.validate
    const own = String(typeof reference === 'function' ? reference.source?.validateName : reference.validateName)
    const module = reference.schema === root.schema ? undefined : modules.get(reference.schema)
    if (module !== undefined) return `const ${String(name)} = require(${JSON.stringify(module)});`
    if (reference.schema === root.schema) return own === String(name) ? '' : `const ${String(name)} = ${own};`
    const body = validate?.source === undefined ? '' : codeOf(validate.source)
    return own === String(name) ? body : `const ${String(name)} = ${own};\n${body}`
  }
  return root.source === undefined ? '' : codeOf(root.source)
}

// Ajv keeps schemas in the code that few keywords use, and requires its own files; unused schemas go, and runtime.cjs takes the place of the files.
function withoutUnused(code: string): string {
  const lines = code.replaceAll('require("ajv/dist/runtime/ucs2length").default', 'require("../runtime.cjs").ucs2length').replaceAll('require("ajv/dist/runtime/equal").default', 'require("../runtime.cjs").equal').split('\n')
  const text = lines.filter((line) => !line.startsWith('const schema')).join('\n')
  return lines.filter((line) => {
    const name = /^const (schema\d+) = /.exec(line)?.[1]
    return name === undefined || new RegExp(`(?<![.\\w$])${name}\\b`).test(text)
  }).join('\n')
}

// Loops end after a thousand faults: a body with millions of wrong items must not become millions of objects.
// The verdict stays the same, because the value is invalid already.
function withFewFaults(code: string): string {
  return code.replace(/^for\(let (i\d+)=0; \1<(len\d+); \1\+\+\)\{$/gm, 'for(let $1=0; $1<$2 && errors<1000; $1++){').replace(/^for\(const (key\d+) in (data\d*)\)\{$/gm, 'for(const $1 in $2){\nif(errors>=1000)break;')
}

/** Gives the numbered names of Ajv's output numbers in order of appearance, so that the bytes do not depend on what else was compiled. */
export function renumber(code: string, counters: Map<string, number>): string {
  const names = new Map<string, string>()
  return withFewFaults(withoutUnused(code)).replace(/"(?:[^"\\]|\\.)*"|(?<![.\w$])((?:validate|schema|keyword|pattern|formats|func|obj)\d+\b|(?:wrapper|root)\d+\b(?:\.validate\b)?)/g, (found, name: string | undefined) => {
    if (name === undefined) return found
    const plain = name.replace('.validate', '')
    const known = names.get(plain)
    if (known !== undefined) return known
    const prefix = /^(wrapper|root)/.test(plain) ? 'validate' : plain.replace(/\d+$/, '')
    const count = counters.get(prefix) ?? 0
    counters.set(prefix, count + 1)
    names.set(plain, `${prefix}${count}`)
    return `${prefix}${count}`
  })
}
