// The documentation says what the code does: each reference page is compared with the code, both ways.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import ts from 'typescript'
import { commands } from '../src/cli/commands.ts'
import { runCommandLine } from '../src/cli/run.ts'
import * as idempotencyCodes from '../src/errors/idempotency-codes.ts'
import * as listenerCodes from '../src/errors/listener-codes.ts'
import * as opsCodes from '../src/errors/ops-codes.ts'
import { catalog } from '../src/errors/index.ts'
import * as tableErrors from '../src/errors/table-catalog.ts'
import { faultCodes } from '../src/openapi/read/fault-codes.ts'
import { root, sourceFiles, walk } from './rules/imports.ts'
import { exampleFaults } from './rules/examples.ts'
import { brokenLinks, codeBlocks, headings, pages, readPage, section, tableRows } from './rules/pages.ts'

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<'scripts' | 'dependencies' | 'devDependencies' | 'peerDependencies', Record<string, string>>

function unquoted(cell: string): string {
  return cell.replaceAll('`', '')
}

test('errors.md has a row for every code of the catalog, and no other', () => {
  const rows = tableRows('docs/reference/errors.md', '## Codes of the kit')
  assert.deepEqual(rows.map(([code, status]) => `${unquoted(code!)} ${status}`).sort(), Object.values({ ...catalog, ...tableErrors, ...idempotencyCodes, ...listenerCodes, ...opsCodes }).map(({ code, status }) => `${code} ${status}`).sort())
  for (const row of rows) assert.ok(row.length === 4 && row.every((cell) => cell.trim() !== ''), `${row[0]} needs four cells: code, status, when, what to do`)
})

test('errors.md has a row for every code of the crash API, and no other', () => {
  const source = readFileSync(join(root, 'src', 'runtime', 'crash-routes.ts'), 'utf8')
  const codes = [...source.matchAll(/'([A-Z]+(?:_[A-Z]+)+)'/g)].map(([, code]) => code!)
  const rows = tableRows('docs/reference/errors.md', '## Codes of the crash API')
  assert.deepEqual(rows.map(([code]) => unquoted(code!)).sort(), [...new Set(codes), 'UNHANDLED_SERVER_ERROR'].sort())
  const named = [...section(readPage('docs/reference/errors.md'), '## Codes of the crash API').matchAll(/`(\/crash\/\w+)`/g)].map(([, path]) => path!)
  const served = [...source.matchAll(/'(\/crash\/\w+)'/g)].map(([, path]) => path!)
  assert.deepEqual([...new Set(named)].sort(), served.sort())
})

test('faults.md has a row for every fault in API documents', () => {
  const rows = tableRows('docs/reference/faults.md', '## In API documents')
  assert.deepEqual(rows.map(([code, sentence]) => [unquoted(code!), sentence]), Object.entries(faultCodes))
})

test('faults.md has a row for every other fault', () => {
  const rows = tableRows('docs/reference/faults.md', '## In configuration, handlers and everything else')
  const codes = sourceFiles('src').flatMap(({ ast }) => faultsIn(ast)).filter((code) => !Object.hasOwn(faultCodes, code))
  assert.deepEqual(rows.map(([code]) => unquoted(code!)), [...new Set(codes)].sort())
})

test('cli.md has a section for every command, with its arguments and options', () => {
  const text = readPage('docs/reference/cli.md')
  assert.deepEqual(headings(text, 2), commands.map(({ name }) => `klue ${name}`))
  for (const command of commands) {
    const part = section(text, `## klue ${command.name}`)
    const usage = `klue ${command.name}${command.arguments === '' ? '' : ` ${command.arguments}`}`
    assert.ok(part.includes(`Usage: \`${usage}\``), `the section of klue ${command.name} says Usage: \`${usage}\``)
    assert.ok(part.includes(command.summary), `the section of klue ${command.name} says: ${command.summary}`)
    const options = Object.entries(command.options).map(([name, option]) => [`\`--${name}${option.type === 'string' ? ` ${option.value ?? 'VALUE'}` : ''}\``, option.doc])
    assert.deepEqual(tableRows('docs/reference/cli.md', `## klue ${command.name}`), options)
  }
})

// What these show is one story each, which test/readme.test.ts and test/package/play-guide.ts play from its beginning.
const stories = ['README.md', 'docs/guide/first-service.md']
for (const page of pages().filter((name) => !stories.includes(name))) {
  for (const { line, code } of codeBlocks(page, 'console')) {
    test(`what ${page}:${line} shows is what klue prints`, async () => {
      const words = code.split('\n').filter((text) => text.startsWith('$ ')).map((text) => text.slice(2))
      let printed = ''
      for (const command of words) printed += `$ ${command}\n${await outputOf(command)}`
      assert.equal(printed, code)
    })
  }
}

test('testing.md names every helper of klue/testing, and no other', () => {
  const exported = (JSON.parse(readFileSync(join(root, 'test', 'exports.json'), 'utf8')) as Record<string, { values: string[] }>)['klue/testing']!.values
  const named = tableRows('docs/guide/testing.md', '## Helpers').flatMap(([cell]) => unquoted(cell!).split(', '))
  assert.deepEqual(named.sort(), exported)
})

test('the examples compile against the reference service', () => assert.deepEqual(exampleFaults(), []))

test('every link between pages leads somewhere', () => {
  assert.deepEqual(pages().flatMap(brokenLinks), [])
})

test('every command that a page names exists', () => {
  const unknown = pages().flatMap((page) => {
    const text = readPage(page)
    const scripts = [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name]) => name!).filter((name) => manifest.scripts[name] === undefined)
    const names = ['help', ...commands.map(({ name }) => name)]
    const called = [...text.matchAll(/(?:`|^\$ |\(|\| )(?:npx |npm run klue -- )?klue ([a-z]+)\b/gm), ...text.matchAll(/npm run klue -- ([a-z]+)/g)].map((match) => match[1]!)
    // The first row of cli.md shows what a misspelt command answers.
    const misspelt = called.filter((name) => !names.includes(name) && name !== 'chek')
    return [...scripts.map((name) => `${page}: npm run ${name}`), ...misspelt.map((name) => `${page}: klue ${name}`)]
  })
  assert.deepEqual(unknown, [])
})

test('dependencies.md has a line for every dependency, and no other', () => {
  const page = 'docs/decisions/dependencies.md'
  const names = (heading: string): string[] => tableRows(page, heading).map(([name]) => unquoted(name!))
  assert.deepEqual(names('## At run time and for the local server'), Object.keys(manifest.dependencies))
  assert.deepEqual(names('## Optional peers'), Object.keys(manifest.peerDependencies))
  const peers = Object.keys(manifest.peerDependencies)
  assert.deepEqual(names('## For working on klue'), Object.keys(manifest.devDependencies).filter((name) => !peers.includes(name)))
})

// Codes stand as literals behind `code:`, also as branches of a condition, or as the first argument of a function `fault`.
function faultsIn(ast: ts.SourceFile): string[] {
  const codes: string[] = []
  const add = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) && /^[a-z]+(-[a-z]+)+$/.test(node.text)) codes.push(node.text)
    else if (ts.isConditionalExpression(node)) for (const branch of [node.whenTrue, node.whenFalse]) add(branch)
  }
  walk(ast, (node) => {
    if (ts.isPropertyAssignment(node) && node.name.getText(ast) === 'code') add(node.initializer)
    if (ts.isCallExpression(node) && node.expression.getText(ast) === 'fault' && node.arguments[0] !== undefined) add(node.arguments[0])
  })
  return codes
}

async function outputOf(command: string): Promise<string> {
  const lines: string[] = []
  const print = (text: string): void => void lines.push(`${text}\n`)
  const [klue, ...words] = command.split(' ')
  assert.equal(klue, 'klue', `only klue can be run here, not ${command}`)
  await runCommandLine({ root, words, commands, output: { hasColor: false, print, printError: print, printJson: (value) => print(JSON.stringify(value, null, 2)) } })
  return lines.join('')
}
