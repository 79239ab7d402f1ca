// Writes docs/reference/constructs.md from the doc comments of klue/infra: node --import tsx scripts/constructs-page.ts
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const path = join(root, 'docs/reference/constructs.md')

const introduction = `# Constructs

What \`klue/infra\` offers to a service's CDK app. Made from the doc comments of \`src/infra/\` by \`npm run docs\`; a test keeps it so.

Settings that differ by stage belong into \`klue-config.yaml\` ([config.md](config.md)): every prop that names a key takes its default from there. The constructs inside (\`api\`, \`functions\`, \`tables\`, …) are public, and what they are made of are the CDK's own.
`

/** The page as the doc comments have it. */
export function constructsPage(): string {
  const program = ts.createProgram([join(root, 'src/infra/index.ts')], { allowImportingTsExtensions: true, noEmit: true, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, target: ts.ScriptTarget.ES2022, skipLibCheck: true, strict: true })
  const checker = program.getTypeChecker()
  const door = checker.getSymbolAtLocation(program.getSourceFile(join(root, 'src/infra/index.ts'))!)!
  const symbols = checker.getExportsOfModule(door).map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
  const declared = symbols.map((symbol) => symbol.declarations![0]!)
  const sections = [
    ['Classes', declared.filter(ts.isClassDeclaration).map(classSection)],
    ['Functions', declared.filter(ts.isFunctionDeclaration).map(functionSection)],
    ['Props and values', declared.filter(ts.isInterfaceDeclaration).map(interfaceSection)],
  ] as const
  return `${introduction}${sections.map(([title, parts]) => `\n## ${title}\n${[...parts].sort().join('')}`).join('')}`
}

function classSection(node: ts.ClassDeclaration): string {
  const members = node.members.filter((member) => !ts.isConstructorDeclaration(member) && member.name !== undefined && !ts.isPrivateIdentifier(member.name))
  const rows = members.map((member) => {
    const signature = ts.isMethodDeclaration(member) ? `${nameOf(member)}(${member.parameters.map((parameter) => parameter.name.getText() + (parameter.questionToken || parameter.initializer ? '?' : '')).join(', ')})` : nameOf(member)
    const type = ts.isMethodDeclaration(member) || ts.isPropertyDeclaration(member) || ts.isGetAccessor(member) ? (member.type?.getText() ?? '') : ''
    return row([`\`${signature}\``, code(type), textOf(member), tagOf(member, 'default')])
  })
  return `\n### ${node.name!.text}\n\n${textOf(node)}\n${exampleOf(node)}\n| member | type | what it is | default |\n|---|---|---|---|\n${rows.join('\n')}\n`
}

function interfaceSection(node: ts.InterfaceDeclaration): string {
  const rows = node.members.filter(ts.isPropertySignature).map((member) => row([`\`${nameOf(member)}\`${member.questionToken === undefined ? '' : '?'}`, code(member.type?.getText() ?? ''), textOf(member), tagOf(member, 'default')]))
  const text = textOf(node)
  return `\n### ${node.name.text}\n\n${text === '' ? '' : `${text}\n\n`}| prop | type | what it is | default |\n|---|---|---|---|\n${rows.join('\n')}\n`
}

function functionSection(node: ts.FunctionDeclaration): string {
  const parameters = node.parameters.map((parameter) => parameter.getText().replace(/ = .*/, '')).join(', ')
  const thrown = tagOf(node, 'throws')
  return `\n### ${node.name!.text}\n\n\`${node.name!.text}(${parameters}): ${node.type?.getText() ?? ''}\`\n\n${textOf(node)}${thrown === '' ? '' : ` Throws ${thrown}.`}\n${exampleOf(node)}`
}

function nameOf(member: ts.ClassElement | ts.TypeElement): string {
  return member.name?.getText() ?? ''
}

function commentText(comment: string | ts.NodeArray<ts.JSDocComment> | undefined): string {
  return (ts.getTextOfJSDocComment(comment) ?? '').replace(/\s*\n\s*/g, ' ').trim()
}

function textOf(node: ts.Node): string {
  return ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).map((doc) => commentText(doc.comment)).join(' ')
}

function tagOf(node: ts.Node, name: string): string {
  return ts.getJSDocTags(node).filter((tag) => tag.tagName.text === name).map((tag) => commentText(tag.comment)).join(' ')
}

function exampleOf(node: ts.Node): string {
  const example = ts.getJSDocTags(node).find((tag) => tag.tagName.text === 'example')
  return example === undefined ? '' : `\n\`\`\`ts\n${(ts.getTextOfJSDocComment(example.comment) ?? '').trim()}\n\`\`\`\n`
}

function code(type: string): string {
  return type === '' ? '' : `\`${type.replace(/\s+/g, ' ').replaceAll('|', '\\|')}\``
}

function row(cells: string[]): string {
  return `| ${cells.join(' | ')} |`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(path, constructsPage())
