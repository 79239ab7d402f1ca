// Compiles lines that are right and lines that are wrong in one program of a project, and holds each wrong one to an error at its own line.
import assert from 'node:assert/strict'
import { join, resolve } from 'node:path'
import ts from 'typescript'
import type { ProjectFixture } from '../dev/project-fixture.ts'

export interface Lines {
  /** File of the project that is written. */
  file: string
  /** What stands before the lines, with its last line break; the lines are blocks of the function that it opens. */
  head: string
  tail: string
  right: readonly string[]
  /** Lines with what their error has to say. */
  wrong: readonly (readonly [line: string, message: RegExp])[]
}

/** Fails for a right line with an error, and for a wrong one without its error. */
export async function holdLines(project: ProjectFixture, { file, head, tail, right, wrong }: Lines): Promise<void> {
  const lines = [...right, ...wrong.map(([line]) => line)]
  const path = join(project.root, file)
  await project.write(file, `${head}${lines.map((line) => `  { ${line} }\n`).join('')}${tail}`)
  const { config } = ts.readConfigFile('tsconfig.json', (name) => ts.sys.readFile(name))
  const program = ts.createProgram({ rootNames: [path], options: { ...ts.parseJsonConfigFileContent(config, ts.sys, resolve('.')).options, noEmit: true, noUnusedLocals: false } })
  const messages = new Map<number, string>()
  for (const diagnostic of ts.getPreEmitDiagnostics(program)) {
    if (diagnostic.file === undefined || !diagnostic.file.fileName.startsWith(project.root)) continue
    const { line } = diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start!)
    const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')
    assert.equal(resolve(diagnostic.file.fileName), path, text)
    messages.set(line, `${messages.get(line) ?? ''}${text}`)
  }
  const start = head.split('\n').length - 1
  assert.deepEqual(right.flatMap((line, index) => (messages.has(start + index) ? [`${line}: ${messages.get(start + index)}`] : [])), [])
  for (const [index, [line, message]] of wrong.entries()) assert.match(messages.get(start + right.length + index) ?? `it compiles: ${line}`, message, line)
}
