// Names and texts in generated TypeScript.

/** A PascalCase type name; `simple-user` becomes `SimpleUser`, what is PascalCase already stays. */
export function typeName(text: string): string {
  const joined = text.split(/[^A-Za-z0-9_$]+/).filter((part) => part !== '').map((part) => (part[0] ?? '').toUpperCase() + part.slice(1)).join('')
  return /^[A-Za-z_$]/.test(joined) ? joined : `_${joined}`
}

/** A camelCase constant name; `metrics-backend` becomes `metricsBackend`. */
export function constantName(text: string): string {
  const name = typeName(text)
  const camel = (name[0] ?? '').toLowerCase() + name.slice(1)
  return reservedWords.has(camel) ? `${camel}Api` : camel
}

/** A property name, quoted where it is no identifier. */
export function propertyName(name: string): string {
  if (name === '__proto__') return '["__proto__"]'
  return /^[A-Za-z_$][\w$]*$/.test(name) || /^(0|[1-9]\d{0,8})$/.test(name) ? name : quoted(name)
}

/** A string literal in single quotes. */
export function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}

/** A doc comment with its line break, or nothing for an empty text. */
export function docComment(text: unknown, indent: string = ''): string {
  if (typeof text !== 'string' || text.trim() === '') return ''
  const lines = text.trim().replaceAll('*/', '*\\/').split(/\r?\n/).map((line) => line.trimEnd())
  if (lines.length === 1) return `${indent}/** ${lines[0] ?? ''} */\n`
  return `${indent}/**\n${lines.map((line) => `${indent} *${line === '' ? '' : ` ${line}`}\n`).join('')}${indent} */\n`
}

/** A plain value as JavaScript; a key `__proto__` stays a key. */
export function literalOf(value: unknown): string {
  return JSON.stringify(value).replaceAll('"__proto__":', '["__proto__"]:').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}

const reservedWords = new Set('await break case catch class const continue debugger default delete do else enum eval arguments export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield loadSpec'.split(' '))
