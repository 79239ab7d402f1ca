// klue import: a service from an OpenAPI document that exists.
import { type Command, jsonOption, textOption } from '../command.ts'
import { misuse } from '../run.ts'

// As many as somebody reads.
const shownLines = 20

export const importApi: Command = {
  name: 'import',
  arguments: '<file>',
  summary: 'Makes an API of an existing document: stubs that answer 501, and answers made up from the document on this machine.',
  options: {
    name: { type: 'string', value: 'NAME', doc: 'Name of the API; made of the name of the file by default.' },
    json: jsonOption,
  },
  async run(call) {
    const [file, ...others] = call.positionals
    if (file === undefined || others.length > 0) throw misuse('klue import takes one document', 'for example klue import petstore.yaml')
    const { importDocument } = await import('../../scaffold/index.ts')
    const { output } = call
    const imported = await importDocument({ root: call.root, file, name: textOption(call, 'name') })
    if (call.values['json'] === true) {
      output.printJson(imported)
      return 0
    }
    const { name, operations, files, named } = imported
    output.print(`Imported ${name} with ${operations} ${operations === 1 ? 'operation' : 'operations'}, none of them written yet:`)
    for (const line of shorten(files)) output.print(`  ${line}`)
    if (named.length > 0) output.print(`${named.length} had no operationId and got one:`)
    for (const line of shorten(named)) output.print(`  ${line}`)
    return 0
  },
}

function shorten(lines: readonly string[]): string[] {
  return lines.length <= shownLines ? [...lines] : [...lines.slice(0, shownLines), `… and ${lines.length - shownLines} more`]
}
