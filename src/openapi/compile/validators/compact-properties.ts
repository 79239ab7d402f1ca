// Shortens the checks of plain properties: a run of them becomes one call with a list of names, types and formats.

// The code that Ajv writes to check a present property, by what it checks. D is the value, F the format's function, N its name, T the type.
const fault = (call: string): string => `vErrors = k.${call}; errors++;`
const typeFault = fault('t(vErrors,P,T)')
const formatFault = fault('f(vErrors,P,N)')
const isInteger = '((typeof D == "number") && (!(D % 1) && !isNaN(D))) && (isFinite(D))'
const isNumber = '(typeof D == "number") && (isFinite(D))'
const textFormat = `if(typeof D === "string"){ if(!(F(D))){ ${formatFault} } }`
const numberFormat = `if(${isNumber}){ if(!(F(D))){ ${formatFault} } }`

const plain: Record<string, string> = {
  [`if(typeof D !== "string"){ ${typeFault} }`]: '"string"',
  [`if(typeof D !== "boolean"){ ${typeFault} }`]: '"boolean"',
  [`if(!(${isInteger})){ ${typeFault} }`]: '"integer"',
  [`if(!(${isNumber})){ ${typeFault} }`]: '"number"',
  [`${textFormat} else { ${typeFault} }`]: '"string"',
  [`if(!(${isInteger})){ ${typeFault} } ${numberFormat}`]: '"integer"',
  [`if((typeof D !== "string") && (D !== null)){ ${typeFault} }`]: '["string","null"]',
  [`if((typeof D !== "boolean") && (D !== null)){ ${typeFault} }`]: '["boolean","null"]',
  [`if((!(${isInteger})) && (D !== null)){ ${typeFault} }`]: '["integer","null"]',
  [`if((!(${isNumber})) && (D !== null)){ ${typeFault} }`]: '["number","null"]',
  [`if((typeof D !== "string") && (D !== null)){ ${typeFault} } ${textFormat}`]: '["string","null"]',
}

const coerced = (test: string, call: string): string => `if(${test}){ const C = k.${call}(D); if(C === undefined){ ${typeFault} } else { D = C; if(O !== undefined){ O[K] = C; } } }`
const coercing: Record<string, string> = {
  [coerced('typeof D !== "string"', 'cs')]: '"string"',
  [coerced('typeof D !== "boolean"', 'cb')]: '"boolean"',
  [coerced(`!(${isInteger})`, 'ci')]: '"integer"',
  [coerced(`!(${isNumber})`, 'cn')]: '"number"',
}

interface Check {
  data: string
  base: string
  coerces: boolean
  /** The items of the list: name, type, format. */
  entry: string
}

/** Replaces runs of plain checks; the lines must be those of Ajv with shortened faults and coercions. */
export function withPropertyLists(code: string): string {
  const lines = code.split('\n')
  const result: string[] = []
  let run: Check[] = []
  const flush = (): void => {
    const [first] = run
    if (first !== undefined) result.push(`vErrors = k.${first.coerces ? 'c' : 'p'}(vErrors,${first.base},${first.data},[${run.map(({ entry }) => entry).join(',')}]);`, 'if(vErrors !== null)errors = vErrors.length;')
    run = []
  }
  for (let at = 0; at < lines.length;) {
    const end = opening.test(lines[at]!) ? blockEnd(lines, at) : at
    const check = end > at ? checkOf(lines.slice(at, end + 1)) : undefined
    const [first] = run
    if (check === undefined || (first !== undefined && (check.data !== first.data || check.base !== first.base || check.coerces !== first.coerces))) flush()
    if (check === undefined) result.push(lines[at]!)
    else run.push(check)
    at = check === undefined ? at + 1 : end + 1
  }
  flush()
  return withoutUnusedFormats(result.join('\n'))
}

const opening = /^if\((data\d*)(?:\.([A-Za-z_$][\w$]*)|\["([\w$-]+)"\]) !== undefined\)\{$/

// The line at which the block that begins at `start` ends; `start` itself for a block that is too long or has an `else`.
function blockEnd(lines: string[], start: number): number {
  let depth = 0
  // The blocks that can be shortened have fewer lines than this.
  for (let at = start; at < lines.length && at < start + 24; at += 1) {
    const line = lines[at]!
    if (line.endsWith('{')) depth += 1
    if (line === '}') depth -= 1
    if (depth === 0) return lines[at + 1]?.startsWith('else') === true ? start : at
  }
  return start
}

function checkOf(lines: string[]): Check | undefined {
  const [, data = '', plainName, quotedName] = opening.exec(lines[0]!) ?? []
  const name = plainName ?? quotedName ?? ''
  if (name === '__proto__') return undefined
  const held = /^let (data\d+) = (.*);$/.exec(lines[1]!)
  const access = plainName === undefined ? `${data}["${name}"]` : `${data}.${name}`
  if (held !== null && held[2] !== access) return undefined
  const text = lines.slice(held === null ? 1 : 2, -1).join(' ')
  const [, path, type] = /k\.t\(vErrors,(.*?),("\w+"|\[[^\]]*\])\);/.exec(text) ?? []
  if (path === undefined || type === undefined) return undefined
  const format = /k\.f\(vErrors,.*?,("[\w-]+")\);/.exec(text)?.[1]
  const base = baseOf(path, name)
  if (base === undefined) return undefined
  const shape = shapeOf(text, { value: held?.[1] ?? access, owner: data, name, path, type, format })
  const known = plain[shape] ?? coercing[shape]
  if (known !== type) return undefined
  return { data, base, coerces: shape in coercing, entry: `"${name}",${type},${format ?? '0'}` }
}

interface Words {
  value: string
  owner: string
  name: string
  path: string
  type: string
  format: string | undefined
}

function shapeOf(text: string, { value, owner, name, path, type, format }: Words): string {
  const named = text.replaceAll(`,${path},${type})`, ',P,T)').replaceAll(`,${path},${format ?? ''})`, ',P,N)').replaceAll(`${owner}["${name}"] = `, 'O[K] = ').replaceAll(`if(${owner} !== undefined)`, 'if(O !== undefined)')
  return named.split(value).map((part, index) => (index > 0 && /^[\w$]/.test(part) ? `${value}${part}` : index > 0 ? `D${part}` : part)).join('').replace(/\bformats\d+(?:\.validate)?\(/g, 'F(').replace(/\bcoerced\d+\b/g, 'C')
}

// `instancePath+"/owner/id"` without `/id`.
function baseOf(path: string, name: string): string | undefined {
  if (!path.endsWith(`/${name}"`)) return undefined
  const rest = path.slice(0, -`/${name}"`.length)
  return rest.endsWith('+"') ? rest.slice(0, -2) : `${rest}"`
}

function withoutUnusedFormats(code: string): string {
  return code.replace(/^const (formats\d+) = .*\n/gm, (line, name: string) => (new RegExp(String.raw`\b${name}(?:\(|\.)`).test(code) ? line : ''))
}
