// Keywords that work differently here than in Ajv: a failed bound ends the check of a value, uniqueItems is linear, multipleOf is exact.
import { createRequire } from 'node:module'
import type { Ajv, CodeKeywordDefinition, KeywordCxt } from 'ajv'
import type * as AjvCodegen from 'ajv/dist/compile/codegen/index.js'
import type * as AjvUtil from 'ajv/dist/compile/util.js'
import { type Bounded, boundedKeyword, boundKeywords, unlessEmptyKeyword } from '../bounds.ts'
import { isMultipleOf } from '../decimals.ts'
import { duplicateIn } from '../json-equal.ts'

/** Changes the keywords of one Ajv. */
export function changeKeywords(ajv: Ajv): void {
  const load = createRequire(import.meta.url)
  const { _ } = load('ajv/dist/compile/codegen') as typeof AjvCodegen
  const { useFunc } = load('ajv/dist/compile/util') as typeof AjvUtil
  const duplicate = Object.assign(duplicateIn, { code: 'require("../runtime.cjs").duplicate' })
  const multiple = Object.assign(isMultipleOf, { code: 'require("../runtime.cjs").multiple' })
  for (const { keyword, definition } of ajv.RULES.rules.flatMap(({ rules }) => rules)) {
    const changed = definition as CodeKeywordDefinition
    if (keyword in boundKeywords) changed.code = endingCheck(changed.code)
    if (keyword === 'multipleOf') changed.code = (context) => context.fail(_`!${useFunc(context.gen, multiple)}(${context.data}, ${context.schemaCode})`)
    if (keyword === 'uniqueItems') {
      const { code } = changed
      changed.code = (context) => {
        // For items of plain types, Ajv's own code is linear already.
        if (context.schema !== true || isPlain(context)) return code(context)
        const pair = context.gen.const('pair', _`${useFunc(context.gen, duplicate)}(${context.data})`)
        context.setParams({ i: _`${pair}[0]`, j: _`${pair}[1]` })
        context.fail(_`${pair} !== undefined`)
      }
    }
  }
  ajv.addKeyword({ keyword: boundedKeyword, schemaType: 'object', error: { message: '', params: ({ params }) => _`{limit: ${params['limit']}}` }, code: boundedCode })
  ajv.addKeyword({ keyword: unlessEmptyKeyword, schemaType: 'object', code: (context) => void context.gen.if(_`${context.data} !== ""`, () => void context.subschema({ keyword: unlessEmptyKeyword }, context.gen.name('valid'))) })
}

// Reports the bounds that failed; only if none failed, checks the rest of the schema.
function boundedCode(context: KeywordCxt): void {
  const { gen, data } = context
  const load = createRequire(import.meta.url)
  const { _ } = load('ajv/dist/compile/codegen') as typeof AjvCodegen
  const { useFunc } = load('ajv/dist/compile/util') as typeof AjvUtil
  const { default: ucs2length } = load('ajv/dist/runtime/ucs2length') as { default: Parameters<typeof useFunc>[1] }
  const sizes: Record<string, () => { of: AjvCodegen.Code; size: AjvCodegen.Code }> = {
    Length: () => ({ of: _`typeof ${data} === "string"`, size: _`${useFunc(gen, ucs2length)}(${data})` }),
    Items: () => ({ of: _`Array.isArray(${data})`, size: _`${data}.length` }),
    Properties: () => ({ of: _`${data} && typeof ${data} == "object" && !Array.isArray(${data})`, size: _`Object.keys(${data}).length` }),
  }
  const bounds = Object.entries((context.schema as Bounded).bounds)
  for (const [keyword, limit] of bounds) {
    const { of, size } = sizes[keyword.slice(3)]!()
    gen.if(keyword.startsWith('max') ? _`${of} && ${size} > ${limit}` : _`${of} && ${size} < ${limit}`)
    context.setParams({ limit })
    Object.assign(context, { keyword }).error()
    gen.else()
  }
  context.mergeEvaluated(Object.assign(context, { keyword: boundedKeyword }).subschema({ keyword: boundedKeyword, schemaProp: 'schema' }, gen.name('valid')))
  for (const _bound of bounds) gen.endIf()
}

// Compiles a keyword as Ajv does without `allErrors`: the checks that follow for the same type run only if this one passes.
function endingCheck(code: CodeKeywordDefinition['code']): CodeKeywordDefinition['code'] {
  return (context, type) => code(Object.assign(context, { allErrors: false }), type)
}

function isPlain({ parentSchema }: KeywordCxt): boolean {
  const { type } = (parentSchema['items'] ?? {}) as { type?: string | string[] }
  const types = [type ?? []].flat()
  return types.length > 0 && !types.includes('object') && !types.includes('array')
}
