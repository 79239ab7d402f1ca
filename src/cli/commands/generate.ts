// klue generate: types, operation tables and validators from the documents.
import { type Command, jsonOption, stageOption, textOption } from '../command.ts'

export const generate: Command = {
  name: 'generate',
  arguments: '',
  summary: 'Writes types, operation tables and validators from the documents in apis/.',
  options: { check: { type: 'boolean', doc: 'Writes nothing; exit code 1 where something is not up to date.' }, stage: stageOption, json: jsonOption },
  async run(call) {
    const { generateProject } = await import('../../dev/index.ts')
    const stage = textOption(call, 'stage')
    const isCheck = call.values['check'] === true
    const result = await generateProject(call.root, { check: isCheck, ...(stage === undefined ? {} : { stage }) })
    if (call.values['json'] === true) call.output.printJson(result)
    else if (isCheck) for (const file of result.stale) call.output.printError(`${file} is not up to date: run "klue generate"`)
    else {
      for (const { api, operations, milliseconds } of result.apis) call.output.print(`${api}: ${operations} ${operations === 1 ? 'operation' : 'operations'} in ${Math.round(milliseconds)} ms`)
      call.output.print(`${result.written.length} files written, ${result.removed.length} removed, ${result.unchanged.length} unchanged`)
    }
    return isCheck && result.stale.length > 0 ? 1 : 0
  },
}
