// klue add: an operation or an API, with document, handler and a test that passes at once.
import { type Command, jsonOption, textOption } from '../command.ts'
import { misuse } from '../run.ts'

export const add: Command = {
  name: 'add',
  arguments: 'operation <METHOD> <path> | api <name>',
  summary: 'Adds an operation or an API: its entry in the document, a handler, and a test that passes at once.',
  options: {
    api: { type: 'string', value: 'NAME', doc: 'API of the operation; the one called like the service by default.' },
    id: { type: 'string', value: 'NAME', doc: 'operationId; made of method and path by default.' },
    json: jsonOption,
  },
  async run(call) {
    const [kind, ...words] = call.positionals
    const [api, id] = [textOption(call, 'api'), textOption(call, 'id')]
    const { addApi, addOperation } = await import('../../scaffold/index.ts')
    let added: { name: string; files: string[] }
    if (kind === 'operation' && words.length === 2) added = await addOperation({ root: call.root, method: words[0]!, path: words[1]!, api, id })
    else if (kind === 'api' && words.length === 1 && api === undefined && id === undefined) added = await addApi({ root: call.root, name: words[0]! })
    else throw misuse(`klue add ${call.positionals.join(' ')} says not what to add`, 'for example klue add operation GET /notes/{id}, or klue add api notes')
    if (call.values['json'] === true) call.output.printJson(added)
    else for (const line of [`Added ${added.name}:`, ...added.files.map((file) => `  ${file}`)]) call.output.print(line)
    return 0
  },
}
