// The public names of the package: they come and go only in a diff of test/exports.json.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import ts from 'typescript'
import { readSource, root } from './rules/imports.ts'

interface Names {
  values: string[]
  types: string[]
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports: Record<string, string | Record<string, string>>; bin: Record<string, string>; files: string[]; sideEffects: boolean }
const snapshot = JSON.parse(readFileSync(join(root, 'test', 'exports.json'), 'utf8')) as Record<string, Names>
const doors = ['client', 'data', 'infra', 'lambda', 'runtime', 'testing']

test('the package has these doors and no other: no root, no wildcard', () => {
  assert.deepEqual(Object.keys(manifest.exports).sort(), ['./client', './data', './infra', './lambda', './package.json', './runtime', './testing'])
  assert.deepEqual(Object.keys(snapshot).sort(), doors.map((door) => `klue/${door}`))
})

for (const door of doors) {
  test(`klue/${door} leads to its sources here and to dist in the package`, () => {
    const expected = { 'klue-source': `./src/${door}/index.ts`, types: `./dist/${door}/index.d.ts`, default: `./dist/${door}/index.js` }
    assert.deepEqual(manifest.exports[`./${door}`], expected)
    // The order decides: a condition behind "default" is never looked at.
    assert.deepEqual(Object.keys(manifest.exports[`./${door}`]!), Object.keys(expected))
    assert.ok(existsSync(join(root, 'src', door, 'index.ts')))
  })

  test(`klue/${door} exports the names of test/exports.json`, () => {
    const names = exportedNames(`src/${door}/index.ts`)
    assert.deepEqual(names, snapshot[`klue/${door}`], `The public names of klue/${door} changed: write them to test/exports.json and the change to CHANGELOG.md.\n${JSON.stringify(names, null, 2)}`)
  })

  test(`the values of klue/${door} are there at run time`, async () => {
    const module = (await import(`klue/${door}`)) as Record<string, unknown>
    assert.deepEqual(Object.keys(module).sort(), snapshot[`klue/${door}`]!.values)
  })
}

// The sources are there for editors, and for the condition klue-source.
test('only dist and its sources are published, and nothing in it acts when it is imported', () => {
  assert.deepEqual(manifest.files, ['dist', 'src'])
  assert.equal(manifest.sideEffects, false)
  assert.deepEqual(manifest.bin, { klue: './dist/cli/main.js' })
})

// Doors name every export, so that the names can be read without resolving other files.
function exportedNames(path: string): Names {
  const names: Names = { values: [], types: [] }
  for (const statement of readSource(path).ast.statements) {
    if (ts.isExportDeclaration(statement) && statement.exportClause !== undefined && ts.isNamedExports(statement.exportClause)) {
      for (const element of statement.exportClause.elements) names[statement.isTypeOnly || element.isTypeOnly ? 'types' : 'values'].push(element.name.text)
    } else if (ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true) {
      addDeclared(statement, names)
    }
  }
  return { values: names.values.sort(), types: names.types.sort() }
}

function addDeclared(statement: ts.Statement, names: Names): void {
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) names.types.push(statement.name.text)
  else if (ts.isVariableStatement(statement)) for (const { name } of statement.declarationList.declarations) names.values.push(name.getText())
  else if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name !== undefined) names.values.push(statement.name.text)
  else assert.fail(`this kind of export is not read: ${statement.getText()}`)
}
