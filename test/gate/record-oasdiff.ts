// Records what oasdiff says of the single changes and of two releases: `node --conditions=klue-source --import tsx test/gate/record-oasdiff.ts <oasdiff>`.
// The program is a Go module, github.com/oasdiff/oasdiff; which version spoke stands in the recorded file.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { baseDocument } from './base-document.ts'
import { twoReleases } from './releases.ts'
import { singleChanges } from './single-changes.ts'

interface Spoken {
  id: string
  level: number
  operation: string
  path: string
}

const [program] = process.argv.slice(2)
if (program === undefined) throw new Error('Name the oasdiff program to ask.')
const folder = mkdtempSync(join(tmpdir(), 'klue-oasdiff-'))
try {
  const build = execFileSync('go', ['version', '-m', program], { encoding: 'utf8' })
  const version = /^\s*mod\s+\S+\s+(\S+)/m.exec(build)?.[1] ?? 'unknown'
  const { before, after } = twoReleases()
  write('oasdiff.json', version, singleChanges.map(({ name, from = {}, to }) => [name, verdictOf(ask(program, baseDocument(from), baseDocument(from, to)))]))
  write('oasdiff-releases.json', version, breakingRules(ask(program, before, after)))
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function ask(oasdiff: string, before: unknown, after: unknown): Spoken[] {
  writeFileSync(join(folder, 'before.json'), JSON.stringify(before))
  writeFileSync(join(folder, 'after.json'), JSON.stringify(after))
  const said = execFileSync(oasdiff, ['changelog', '--format', 'json', '--flatten-params', '--flatten-allof', join(folder, 'before.json'), join(folder, 'after.json')], { encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, OASDIFF_NO_TELEMETRY: '1' } })
  const changes = said.trim() === '' ? [] : JSON.parse(said) as Spoken[]
  // Documents of the tests keep their version; that is no change of an operation.
  return changes.filter(({ id }) => id !== 'api-version-not-bumped')
}

// Breaking is what `oasdiff breaking` prints: its errors (3) and its warnings (2). What it only tells is of level 1.
function verdictOf(changes: readonly Spoken[]): { breaking: boolean; rules: string[] } {
  const word = ['', 'info', 'warning', 'error']
  return { breaking: changes.some(({ level }) => level >= 2), rules: [...new Set(changes.map(({ id, level }) => `${word[level] ?? level} ${id}`))].sort() }
}

function breakingRules(changes: readonly Spoken[]): [string, string[]][] {
  const rules = new Map<string, Set<string>>()
  for (const { id, level, operation, path } of changes) if (level >= 2) rules.set(`${operation} ${path}`, (rules.get(`${operation} ${path}`) ?? new Set()).add(id))
  return [...rules].map(([operation, ids]): [string, string[]] => [operation, [...ids].sort()]).sort(([one], [other]) => (one < other ? -1 : 1))
}

function write(file: string, version: string, verdicts: readonly (readonly [string, unknown])[]): void {
  const lines = verdicts.map(([name, verdict]) => `    ${JSON.stringify(name)}: ${JSON.stringify(verdict)}`)
  writeFileSync(new URL(file, import.meta.url), `{\n  "tool": "github.com/oasdiff/oasdiff",\n  "version": "${version}",\n  "verdicts": {\n${lines.join(',\n')}\n  }\n}\n`)
}
