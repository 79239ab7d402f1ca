// Reads the documentation pages: their links, tables and blocks of code.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { root } from './imports.ts'

/** Every page of the repository, relative to its root. */
export function pages(): string[] {
  const top = readdirSync(root).filter((file) => file.endsWith('.md'))
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md'))
  return [...top, ...docs.map((file) => `docs/${file.replaceAll('\\', '/')}`)].sort()
}

export function readPage(page: string): string {
  return readFileSync(join(root, page), 'utf8')
}

/** The cells of every table row whose first cell is a name in backticks, below a heading. */
export function tableRows(page: string, heading: string): string[][] {
  const rows = section(readPage(page), heading).split('\n').filter((line) => line.startsWith('| `'))
  return rows.map((line) => line.slice(2, -2).split(' | '))
}

/** The text below a heading, until the next one of its level or a higher one. */
export function section(text: string, heading: string): string {
  const level = heading.indexOf(' ')
  const start = text.indexOf(`\n${heading}\n`)
  if (start < 0) throw new Error(`there is no heading "${heading}"`)
  const rest = text.slice(start + heading.length + 2)
  const end = rest.search(new RegExp(`^#{1,${level}} `, 'm'))
  return end < 0 ? rest : rest.slice(0, end)
}

/** The headings of a level, without their marks. */
export function headings(text: string, level: number): string[] {
  return [...withoutCode(text).matchAll(new RegExp(`^#{${level}} (.+)$`, 'gm'))].map(([, title]) => title!)
}

/** The fenced blocks of a language, with the line on which they begin. */
export function codeBlocks(page: string, language: string): { line: number; code: string }[] {
  const text = readPage(page)
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].filter(([, name]) => name === language).map(({ index, 2: code }) => ({ line: text.slice(0, index).split('\n').length + 1, code: code! }))
}

/** Links to other files of the repository that lead nowhere. */
export function brokenLinks(page: string): string[] {
  const text = withoutCode(readPage(page))
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!).filter((target) => !/^[a-z]+:/.test(target))
  return targets.flatMap((target) => {
    const [path = '', anchor] = target.split('#')
    const file = path === '' ? join(root, page) : resolve(root, dirname(page), path)
    if (!existsSync(file)) return [`${page}: the link ${target} leads nowhere`]
    if (anchor === undefined || statSync(file).isDirectory()) return []
    return anchors(relative(root, file)).includes(anchor) ? [] : [`${page}: ${path} has no heading for #${anchor}`]
  })
}

/** Text without its fenced blocks. */
export function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '')
}

function anchors(page: string): string[] {
  return [...withoutCode(readPage(page)).matchAll(/^#+ (.+)$/gm)].map(([, title]) => title!.toLowerCase().replace(/[^\w\s-]/g, '').trim().replaceAll(' ', '-'))
}
