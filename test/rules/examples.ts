// Compiles the examples of the pages as if they were files of the reference service.
import { join } from 'node:path'
import ts from 'typescript'
import { root } from './imports.ts'
import { codeBlocks, pages } from './pages.ts'

/** What the compiler says of the `ts` blocks that begin with a path, `// functions/example.ts`; one sentence each. */
export function exampleFaults(): string[] {
  const examples = new Map<string, { text: string; place: string }>()
  for (const page of pages()) {
    for (const { line, code } of codeBlocks(page, 'ts')) {
      const path = /^\/\/ ([\w./-]+\.ts)\n/.exec(code)?.[1]
      if (path !== undefined) examples.set(join(root, path), { text: code, place: `${page}:${line}` })
    }
  }
  const program = ts.createProgram([...examples.keys()], compilerOptions(), hostWith(examples))
  return [...examples].flatMap(([path, { place }]) => {
    const source = program.getSourceFile(path)!
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(({ messageText }) => `${place}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`)
  })
}

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path))
  const { options } = ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, root)
  // An example shows a thing without using it.
  return { ...options, noEmit: true, declaration: false, isolatedDeclarations: false }
}

function hostWith(examples: ReadonlyMap<string, { text: string }>): ts.CompilerHost {
  const host = ts.createCompilerHost(compilerOptions())
  return {
    ...host,
    fileExists: (path) => examples.has(path) || host.fileExists(path),
    readFile: (path) => examples.get(path)?.text ?? host.readFile(path),
    getSourceFile: (path, options, ...rest) => {
      const text = examples.get(path)?.text
      return text === undefined ? host.getSourceFile(path, options, ...rest) : ts.createSourceFile(path, text, options)
    },
  }
}
