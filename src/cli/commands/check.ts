// klue check: every fault of configuration, documents and handlers at once.
import { formatFault } from '../../errors/index.ts'
import { type Command, jsonOption, stageOption, textOption } from '../command.ts'

export const check: Command = {
  name: 'check',
  arguments: '',
  summary: 'Finds every fault in configuration, documents and handlers.',
  options: { stage: stageOption, mock: { type: 'boolean', doc: 'Takes operations without a handler, as `klue dev --mock` answers them.' }, json: jsonOption },
  async run(call) {
    const { checkProject } = await import('../../dev/index.ts')
    const { faults, notices, documents } = await checkProject(call.root, { stage: textOption(call, 'stage'), mock: call.values['mock'] === true })
    if (call.values['json'] !== true) for (const notice of notices) call.output.printError(`Notice: ${formatFault(notice)}`)
    if (call.values['json'] === true) call.output.printJson({ faults, notices })
    else if (faults.length === 0) call.output.print(`${documents} ${documents === 1 ? 'document' : 'documents'} and their handlers: no faults`)
    else for (const line of [...faults.map(formatFault), `${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`]) call.output.printError(line)
    return faults.length === 0 ? 0 : 1
  },
}
