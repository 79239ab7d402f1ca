// Shortens the code of a validator: what Ajv writes out at every place becomes a call of one function of runtime.cjs.
import { withPropertyLists } from './compact-properties.ts'

// Ajv writes one statement a line and escapes line breaks in strings, so blocks can be recognised line by line. A block
// that looks different is left as Ajv wrote it, which is longer but just as correct.
const text = String.raw`"(?:[^"\\]|\\.)*"`
const expression = String.raw`(?:[^"\n]|${text})*?`
const member = String.raw`(?:\.[A-Za-z_$][\w$]*|\[${text}\])`

/** Code with the same verdicts, faults and coercions; `coerces` tells whether a value may be replaced in its parent. */
export function compactValidator(code: string, coerces: boolean): string {
  const short = withPropertyLists(withSharedCoercion(withMissingLists(withShortFaults(withListedValues(code)))))
  return withoutLines(withShortNames(withShortTests(withoutUnusedArguments(short, coerces))))
}

// Ajv keeps a whole schema in the code because a fault names one list of values in it; only that list is kept.
function withListedValues(code: string): string {
  const schemas = new Map<string, unknown>()
  const rest = code.replace(/^const (schema\d+) = (.*);\n/gm, (declaration, name: string, json: string) => {
    const value = parsed(json)
    if (value === undefined) return declaration
    schemas.set(name, value)
    return ''
  })
  let isWhole = true
  const listed = rest.replace(new RegExp(String.raw`${text}|(?<![.\w$])(schema\d+)((?:${member}|\[\d+\])*)`, 'g'), (found, name: string | undefined, path: string) => {
    if (name === undefined || !schemas.has(name)) return found
    const steps = [...path.matchAll(new RegExp(String.raw`\.([A-Za-z_$][\w$]*)|\[(${text}|\d+)\]`, 'g'))].map(([, plain, bracketed]) => plain ?? (JSON.parse(bracketed ?? '""') as string | number))
    const value = steps.reduce<unknown>((node, key) => (typeof node === 'object' && node !== null && Object.hasOwn(node, key) ? (node as Record<string | number, unknown>)[key] : undefined), schemas.get(name))
    isWhole &&= Array.isArray(value) && !JSON.stringify(value).includes('"__proto__":')
    return JSON.stringify(value) ?? found
  })
  return isWhole ? listed : code
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown
  } catch {
    return undefined
  }
}

const faultBlock = new RegExp(String.raw`^const (err\d+) = \{instancePath(?::(${expression}))?,schemaPath:${expression},keyword:(${text}),params:(\{[^]*?\})(?:,propertyName:\w+)?\};\nif\(vErrors === null\)\{\nvErrors = \[\1\];\n\}\nelse \{\nvErrors\.push\(\1\);\n\}\nerrors\+\+;\n`, 'gm')
const soleParameter = /^\{\w+: (.*)\}$/
const faultCalls: Record<string, { call: string; parameter: string }> = { '"type"': { call: 't', parameter: 'type' }, '"required"': { call: 'q', parameter: 'missingProperty' }, '"format"': { call: 'f', parameter: 'format' }, '"enum"': { call: 'u', parameter: 'allowedValues' } }

function withShortFaults(code: string): string {
  return code.replace(faultBlock, (...[, , path, keyword = '', parameters = '']: (string | undefined)[]) => {
    const known = faultCalls[keyword]
    const sole = known !== undefined && parameters.startsWith(`{${known.parameter}: `) ? soleParameter.exec(parameters)?.[1] : undefined
    const call = known === undefined || sole === undefined ? `e(vErrors,${path ?? 'instancePath'},${keyword},${parameters})` : `${known.call}(vErrors,${path ?? 'instancePath'},${sole})`
    return `vErrors = k.${call};\nerrors++;\n`
  })
}

const missingTest = String.raw`if\((data\d*)${member} === undefined\)\{\nvErrors = k\.q\(vErrors,(${expression}),(${text})\);\nerrors\+\+;\n\}\n`
const missingTests = new RegExp(String.raw`^${missingTest}(?:if\(\1${member} === undefined\)\{\nvErrors = k\.q\(vErrors,\2,${text}\);\nerrors\+\+;\n\}\n)*`, 'gm')

function withMissingLists(code: string): string {
  return code.replace(missingTests, (run, data: string, path: string) => {
    const names = [...run.matchAll(new RegExp(missingTest, 'g'))].map(([, , , name]) => name)
    return `vErrors = k.r(vErrors,${path},${data},[${names.join(',')}]);\nif(vErrors !== null)errors = vErrors.length;\n`
  })
}

const coercion = /^let (dataType\d+) = typeof (data\d*);\nlet (coerced\d+) = undefined;\nif\(!\(\3 !== undefined\)\)\{\n([^]*?)^else \{\n(vErrors = k\.t\(.*\nerrors\+\+;\n)\}\n\}\nif\(\3 !== undefined\)\{\n\2 = \3;\n/gm
const number = 'if(T === "boolean" || D === null || (T === "string" && D && D == +D'
const coercers: Record<string, string> = {
  'if(T == "number" || T == "boolean"){ C = "" + D; } else if(D === null){ C = ""; } ': 'cs',
  [`${number} && !(D % 1))){ C = +D; } `]: 'ci',
  [`${number})){ C = +D; } `]: 'cn',
  'if(D === "false" || D === 0 || D === null){ C = false; } else if(D === "true" || D === 1){ C = true; } ': 'cb',
}

function withSharedCoercion(code: string): string {
  return code.replace(coercion, (block: string, ...[type, data, coerced, body, fault]: string[]) => {
    const names: Record<string, string> = { [type ?? '']: 'T', [data ?? '']: 'D', [coerced ?? '']: 'C' }
    const coercer = coercers[(body ?? '').replace(/\b(?:dataType|data|coerced)\d*\b/g, (name) => names[name] ?? name).replace(/\s+/g, ' ')]
    return coercer === undefined ? block : `const ${coerced} = k.${coercer}(${data});\nif(${coerced} === undefined){\n${fault}}\nelse {\n${data} = ${coerced};\n`
  })
}

// Code that never replaces a value does not need the parent, and `rootData` is only passed on, so both are removed.
function withoutUnusedArguments(code: string, coerces: boolean): string {
  const plain = code.replaceAll(', rootData=data', '').replaceAll(',rootData}', '}').replaceAll(',rootData,', ',')
  if (coerces) return plain
  return plain.replaceAll(', parentData, parentDataProperty', '').replace(new RegExp(String.raw`,parentData(?::data\d*)?,parentDataProperty(?::${expression})?(?=[,}])`, 'g'), '')
}

function withShortTests(code: string): string {
  return code
    .replace(new RegExp(String.raw`^if\((data\d*${member}) !== undefined\)\{\nif\(typeof \1 !== ("\w+")\)\{\n(vErrors = k\.t\(.*\nerrors\+\+;\n)\}\n\}\n`, 'gm'), 'if($1 !== undefined && typeof $1 !== $2){\n$3}\n')
    .replace(/\(\(typeof (data\d*) == "number"\) && \(!\(\1 % 1\) && !isNaN\(\1\)\)\) && \(isFinite\(\1\)\)/g, 'Number.isInteger($1)')
    .replace(/^((?:else )?if\()(data\d*) && typeof \2 == "object" && !Array\.isArray\(\2\)\)\{$/gm, '$1k.o($2)){')
    .replaceAll('require("../runtime.cjs")', 'k')
}

const shortNames: Record<string, string> = { instancePath: 'p', parentDataProperty: 'j', parentData: 'i', vErrors: 'v', errors: 'n' }

function withShortNames(code: string): string {
  // A fault that Ajv has written out uses these names as keys, so such code keeps them.
  if (code.includes(',schemaPath:')) return code
  return code.replace(new RegExp(String.raw`${text}|(?<![.\w$])(?:instancePath|parentDataProperty|parentData|vErrors|errors)(?![\w$])`, 'g'), (found) => shortNames[found] ?? found)
}

function withoutLines(code: string): string {
  const spaces = new RegExp(String.raw`${text}|/~/g|/\\//g| (===|!==|==|=|\?|:|&&|\|\||%|\+|<|>|<=|>=) |else \{|\n\s*`, 'g')
  return code.replace(spaces, (found, operator: string | undefined) => operator ?? (found === 'else {' ? 'else{' : found.startsWith('\n') ? '' : found))
}
