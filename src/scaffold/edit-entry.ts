// Binds a handler in the file that defines a service, as text: an import, and a name in `handlers`.
import { UsageError } from '../errors/index.ts'

export interface Binding {
  /** The file, told in faults. */
  file: string
  /** Name of the operation. */
  id: string
  /** What the handler is imported from, for example `./hello/greet.ts`. */
  from: string
}

/** The text of the file with the handler bound. Throws a UsageError where `handlers` is not written as an object. */
export function bindHandler(text: string, { file, id, from }: Binding): string {
  const open = /\bhandlers:\s*\{/.exec(text)
  if (open === null) throw new UsageError({ code: 'handlers-unread', file, message: 'defineService has no handlers: { … } here that klue can add to', hint: `write them as an object; ${id} then belongs there` })
  const start = open.index + open[0].length
  const end = closingBrace(text, start)
  const isTaken = new RegExp(`(^|[^\\w$.'"])${id.replaceAll('$', '\\$')}([^\\w$:]|$)`).test(text.replaceAll(/\/\/.*$/gm, ''))
  const name = isTaken ? `${id}Handler` : id
  const bound = isTaken ? `${id}: ${name}` : id
  return withImport(text.slice(0, start) + extended(text, { start, end, bound }) + text.slice(end), `import { ${isTaken ? `${id} as ${name}` : id} } from '${from}'`)
}

function extended(text: string, { start, end, bound }: { start: number; end: number; bound: string }): string {
  const inside = text.slice(start, end)
  const content = inside.trimEnd()
  if (content.trim() === '') return ` ${bound} `
  const comma = content.endsWith(',') ? '' : ','
  if (!inside.includes('\n')) return `${content.replace(/,$/, '')}, ${bound} `
  const indent = /\n([ \t]*)\S/.exec(inside)?.[1] ?? '    '
  return `${content}${comma}\n${indent}${bound},${inside.slice(content.length)}`
}

function withImport(text: string, line: string): string {
  const imports = [...text.matchAll(/^(?:import\b[^;]*?from ['"][^'"]+['"];?|import ['"][^'"]+['"];?)$/gm)]
  const last = imports.at(-1)
  if (last === undefined) return `${line}\n${text}`
  const end = last.index + last[0].length
  return `${text.slice(0, end)}\n${line}${text.slice(end)}`
}

/** Offset of the brace that closes the one before `start`; texts and comments do not count. */
function closingBrace(text: string, start: number): number {
  const token = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\[\s\S])*`|\/\/.*|\/\*[\s\S]*?\*\/|[{}]/g
  token.lastIndex = start
  for (let depth = 0, found = token.exec(text); found !== null; found = token.exec(text)) {
    if (found[0] === '{') depth += 1
    if (found[0] === '}') depth -= 1
    if (depth < 0) return found.index
  }
  return text.length
}
