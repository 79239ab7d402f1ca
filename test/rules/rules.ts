// The rules that every file of the repository keeps; each gives its violations as sentences.
import ts from 'typescript'
import { type Import, lineOf, type SourceFile, walk } from './imports.ts'
import { allowedSideways, contracts, doors, foldersWithoutIndex, levels, owners, rooms, serviceFolders } from './layers.ts'

type Place = Pick<SourceFile, 'path'>

/** Arrows point to lower levels, and enter another folder through a door. */
export function layerViolations(file: SourceFile): string[] {
  return file.imports.flatMap((one) => [...levelViolation(file, one), ...doorViolation(file, one)])
}

/** Inside a folder with rooms, a room imports only the rooms that the map names, and nothing from the top but contracts. */
export function roomViolations(file: SourceFile): string[] {
  const folder = folderOf(file.path)
  const map = Object.hasOwn(rooms, folder) ? rooms[folder]! : undefined
  const own = roomOf(file.path)
  if (map === undefined || own === '') return []
  if (!Object.hasOwn(map, own)) return [say(file, 1, `src/${folder}/${own} is no room that test/rules/layers.ts knows: give it a line there and in ARCHITECTURE.md`)]
  return file.imports.flatMap((one) => {
    if (one.file === undefined || folderOf(one.file) !== folder || contracts.includes(one.file)) return []
    const other = roomOf(one.file)
    if (other === own || map[own]!.includes(other)) return []
    return [say(file, one.line, `the room ${folder}/${own} may not import ${other === '' ? `${one.file} from the top of its folder` : `the room ${other}`}: move the code, or pass it in from above`)]
  })
}

/** Each package with an owner is imported by its owner alone. */
export function ownerViolations(file: SourceFile): string[] {
  return file.imports.flatMap(({ package: name = '', line }) => {
    const allowed = Object.hasOwn(owners, name) ? owners[name]! : undefined
    if (allowed === undefined || allowed.includes(folderOf(file.path))) return []
    return [say(file, line, `sole owners: only src/${allowed.join('/ and src/')}/ may import ${name}; call what that folder exports, or extend it`)]
  })
}

/** process.env is read in config/ alone, console.* is called in cli/ alone. */
export function globalViolations(file: SourceFile): string[] {
  const found: string[] = []
  walk(file.ast, (node) => {
    if (!ts.isPropertyAccessExpression(node) && !ts.isElementAccessExpression(node)) return
    const object = node.expression.getText(file.ast)
    const name = ts.isPropertyAccessExpression(node) ? node.name.text : node.argumentExpression.getText(file.ast).replace(/^['"]|['"]$/g, '')
    if (object === 'process' && name === 'env' && folderOf(file.path) !== 'config') found.push(say(file, lineOf(file.ast, node), 'process.env is read in src/config/ alone: use env() or environment() of config/index.ts'))
    if (object === 'console' && folderOf(file.path) !== 'cli') found.push(say(file, lineOf(file.ast, node), 'console.* belongs to src/cli/: return a value, or log through the platform'))
  })
  return found
}

// Node's test runner loads a reporter by its default export.
const defaultExports = new Set(['src/testing/json-reporter.ts', 'src/testing/spec-reporter.ts'])

/** No `export *`, no default export: every public name stands somewhere, once. */
export function exportViolations(file: SourceFile): string[] {
  return file.ast.statements.flatMap((statement) => {
    const line = lineOf(file.ast, statement)
    if (ts.isExportDeclaration(statement) && statement.exportClause === undefined) return [say(file, line, 'no "export *": name what is exported, so that a new public name shows in a diff')]
    const isDefault = ts.isExportAssignment(statement) || (ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) === true)
    return isDefault && !defaultExports.has(file.path) ? [say(file, line, 'no default export: give it a name')] : []
  })
}

// The start of the command line is what the file is for.
const starts = new Set(['src/cli/main.ts', 'src/dev/data-thread.ts', 'src/entries/check-thread.ts'])

/** Importing a file does nothing: its top level declares, and calls nothing on its own. */
export function effectViolations(file: SourceFile): string[] {
  const acts = (statement: ts.Statement): boolean => !ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement) && !ts.isVariableStatement(statement) && !ts.isFunctionDeclaration(statement) && !ts.isClassDeclaration(statement) && !ts.isInterfaceDeclaration(statement) && !ts.isTypeAliasDeclaration(statement) && !ts.isExportAssignment(statement)
  const bare = file.ast.statements.filter((statement) => acts(statement) || (ts.isImportDeclaration(statement) && statement.importClause === undefined))
  return starts.has(file.path) ? [] : bare.map((statement) => say(file, lineOf(file.ast, statement), 'importing a file does nothing: move this into a function that somebody calls'))
}

const drawers = /^(utils?|helpers?|common|shared|core|misc)$/i

/** A file's name says what it holds, its first line why it exists, and it is short. */
export function shapeViolations(file: SourceFile): string[] {
  const found: string[] = []
  const lines = file.text.split('\n')
  const first = lines[0]!.startsWith('#!') ? lines[1] : lines[0]
  const drawer = file.path.replace(/(\.test)?\.[cm]?ts$/, '').split('/').find((part) => drawers.test(part))
  if (drawer !== undefined) found.push(say(file, 1, `nothing is called ${drawer}: name it by what it does`))
  if (first === undefined || !/^(\/\/|\/\*\*?) ?\S/.test(first)) found.push(say(file, 1, 'the first line is a comment that says the one reason of the file'))
  const count = lines.at(-1) === '' ? lines.length - 1 : lines.length
  if (count >= 300 && !/^(functions|src\/ops)\/gen\//.test(file.path)) found.push(say(file, count, `a file has fewer than 300 lines, this one has ${count}: split it by reason`))
  return found
}

/** A service's files use the doors of the kit, never its insides. */
export function serviceViolations(file: SourceFile): string[] {
  const folder = file.path.startsWith('functions/gen/') ? 'functions/gen' : file.path.split('/')[0]!
  const { packages, files } = serviceFolders[folder]!
  return file.imports.flatMap((one) => {
    const reaches = one.file !== undefined && !files.test(one.file)
    const isStrange = one.package !== undefined && !one.package.startsWith('node:') && !packages.some((name) => one.specifier === name || (!name.startsWith('klue/') && one.package === name))
    if (reaches || isStrange) return [say(file, one.line, `${folder}/ opens ${packages.join(', ')} and its own files, not ${one.specifier}: export it from that door, or move the code`)]
    const isEntry = one.specifier === 'klue/lambda' && !/^functions\/[^/]+$/.test(file.path)
    return isEntry ? [say(file, one.line, 'only an entry file, directly in functions/, imports klue/lambda: it makes the file a function of its own')] : []
  })
}

/** Circles of imports; each is told once, from its first file. */
export function cycleViolations(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const done = new Set<string>()
  const found: string[] = []
  const visit = (path: string, trail: string[]): void => {
    const at = trail.indexOf(path)
    if (at >= 0) found.push(`${[...trail.slice(at), path].join(' → ')}: files do not import each other in a circle (types count): move what both need to a file of its own`)
    if (at >= 0 || done.has(path)) return
    for (const one of byPath.get(path)?.imports ?? []) if (one.file !== undefined && byPath.has(one.file)) visit(one.file, [...trail, path])
    done.add(path)
  }
  for (const { path } of files) visit(path, [])
  return found
}

function levelViolation(file: SourceFile, one: Import): string[] {
  const [from, to] = [folderOf(file.path), folderOf(one.file ?? '')]
  if (one.file === undefined || from === to) return []
  const [own, other] = [levels[from], levels[to]]
  if (own === undefined || other === undefined) return [say(file, one.line, `${own === undefined ? from : to} has no level: give it one in test/rules/layers.ts and in ARCHITECTURE.md`)]
  if (other < own) return []
  const sideways = allowedSideways[`${from} → ${to}`]
  if (other === own && sideways !== undefined && (!sideways.typesOnly || one.isTypeOnly)) return []
  const only = sideways?.typesOnly === true ? ' with "import type"' : ''
  return [say(file, one.line, `${from}/ (level ${own}) may not import ${to}/ (level ${other})${only === '' ? '' : ` except${only}`}: move the code down, or pass it in from above`)]
}

function doorViolation(file: SourceFile, one: Import): string[] {
  const to = folderOf(one.file ?? '')
  if (one.file === undefined || folderOf(file.path) === to) return []
  if (one.file === `src/${to}/index.ts` && !foldersWithoutIndex.includes(to)) return []
  const door = doors[one.file]
  if (door !== undefined && (door.typesOnly !== true || one.isTypeOnly)) return []
  return [say(file, one.line, `other folders enter ${to}/ through index.ts, not ${one.file}: export the name there`)]
}

function folderOf(path: string): string {
  return path.startsWith('src/') ? path.split('/')[1]! : ''
}

// The folders between the one that has a level and the file.
function roomOf(path: string): string {
  return path.split('/').slice(2, -1).join('/')
}

function say({ path }: Place, line: number, sentence: string): string {
  return `${path}:${line} ${sentence}`
}
