// Reads what source files import and export, with TypeScript's own parser.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** The project's folder. */
export const root: string = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** One import, re-export, `import()` or `import('…')` type. */
export interface Import {
  /** As written. */
  specifier: string
  line: number
  /** Whether it is gone after compilation. */
  isTypeOnly: boolean
  /** Path of the file relative to the root where the specifier is relative. */
  file?: string
  /** Name of the package or of Node's module (`node:fs`), else absent. */
  package?: string
}

export interface SourceFile {
  /** Relative to the root, with forward slashes. */
  path: string
  text: string
  ast: ts.SourceFile
  imports: Import[]
}

/** The TypeScript files of a folder, by path. */
export function sourceFiles(folder: string): SourceFile[] {
  const path = join(root, folder)
  if (!existsSync(path)) return []
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.[cm]?ts$/.test(file))
    .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)
    .sort()
    .map(readSource)
}

/** A file of the repository, parsed. */
export function readSource(path: string): SourceFile {
  return parseSource(path, readFileSync(join(root, path), 'utf8'))
}

/** A text as if it were the file at a path. */
export function parseSource(path: string, text: string): SourceFile {
  const ast = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true)
  return { path, text, ast, imports: importsOf(path, ast) }
}

/** The 1-based line of a node. */
export function lineOf(ast: ts.SourceFile, node: ts.Node): number {
  return ast.getLineAndCharacterOfPosition(node.getStart(ast)).line + 1
}

/** Calls back with every node of a file. */
export function walk(node: ts.Node, onNode: (node: ts.Node) => void): void {
  onNode(node)
  node.forEachChild((child) => walk(child, onNode))
}

function importsOf(path: string, ast: ts.SourceFile): Import[] {
  const imports: Import[] = []
  walk(ast, (node) => {
    const found = moduleOf(node)
    if (found === undefined) return
    const { specifier, isTypeOnly } = found
    imports.push({ specifier, isTypeOnly, line: lineOf(ast, node), ...targetOf(path, specifier) })
  })
  return imports
}

function moduleOf(node: ts.Node): { specifier: string; isTypeOnly: boolean } | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) return { specifier: node.moduleSpecifier.text, isTypeOnly: isTypeImport(node.importClause) }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined && ts.isStringLiteral(node.moduleSpecifier)) return { specifier: node.moduleSpecifier.text, isTypeOnly: isTypeExport(node) }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) return { specifier: node.argument.literal.text, isTypeOnly: true }
  if (!ts.isCallExpression(node)) return undefined
  const [argument] = node.arguments
  const loads = node.expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(node.expression) && node.expression.text === 'require')
  return loads && argument !== undefined && ts.isStringLiteral(argument) ? { specifier: argument.text, isTypeOnly: false } : undefined
}

function isTypeImport(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false
  const named = clause.namedBindings
  return clause.isTypeOnly || (clause.name === undefined && named !== undefined && ts.isNamedImports(named) && named.elements.length > 0 && named.elements.every((element) => element.isTypeOnly))
}

function isTypeExport(node: ts.ExportDeclaration): boolean {
  const clause = node.exportClause
  return node.isTypeOnly || (clause !== undefined && ts.isNamedExports(clause) && clause.elements.length > 0 && clause.elements.every((element) => element.isTypeOnly))
}

function targetOf(path: string, specifier: string): Pick<Import, 'file' | 'package'> {
  if (specifier.startsWith('.')) return { file: relative(root, resolve(root, dirname(path), specifier)).replaceAll('\\', '/') }
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) return { package: specifier }
  return { package: specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/') }
}
