// Type-checks generated files as a user's strict project would, with the kit's own contracts.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const contracts = fileURLToPath(new URL('../../src/openapi/table.ts', import.meta.url))

/** The errors of the generated files and of further text that uses them; empty where all is well. */
export function typeErrors(folder: string, files: string[], uses: string = ''): string[] {
  const virtual = new Map([
    [join(folder, 'klue-runtime.ts'), `import type { OperationTypes } from ${JSON.stringify(contracts)}\nexport type { PersistDefinition } from ${JSON.stringify(contracts)}\nexport interface ApiSpec<Operations> { readonly types?: Operations }\nexport declare function loadSpec<Operations extends { [Id in keyof Operations]: OperationTypes }>(folder: URL): ApiSpec<Operations>\n`],
    [join(folder, 'klue-client.ts'), `export type { ClientSpec } from ${JSON.stringify(contracts)}\n`],
    [join(folder, 'uses.ts'), `${uses}\nexport {}\n`],
  ])
  const options: ts.CompilerOptions = {
    strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, verbatimModuleSyntax: true, erasableSyntaxOnly: true, isolatedDeclarations: true, declaration: true, noUnusedLocals: true,
    target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, allowImportingTsExtensions: true, noEmit: true, skipLibCheck: true, types: ['node'], typeRoots: [fileURLToPath(new URL('../../node_modules/@types', import.meta.url))],
    paths: { 'klue/runtime': [join(folder, 'klue-runtime.ts')], 'klue/client': [join(folder, 'klue-client.ts')] },
  }
  const host = ts.createCompilerHost(options)
  const { readFile, fileExists, getSourceFile } = host
  host.readFile = (path) => virtual.get(path) ?? readFile.call(host, path)
  host.fileExists = (path) => virtual.has(path) || fileExists.call(host, path)
  host.getSourceFile = (path, target, onError) => {
    const text = virtual.get(path)
    return text === undefined ? getSourceFile.call(host, path, target, onError) : ts.createSourceFile(path, text, target)
  }
  const program = ts.createProgram([...files, join(folder, 'uses.ts')], options, host)
  return ts.getPreEmitDiagnostics(program).map((found) => `${found.file?.fileName ?? ''}:${found.start ?? 0} ${ts.flattenDiagnosticMessageText(found.messageText, '\n')}`)
}
