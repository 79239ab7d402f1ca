// klue diff: what a deployment would change.
import { type Command, type CommandCall, jsonOption } from '../command.ts'
import { pipelineOptions, stopCode, withStage } from '../pipeline-command.ts'

export const diff: Command = {
  name: 'diff',
  arguments: '',
  summary: 'Shows what a deployment of the project as it lies here would change: permissions first, then the other resources, then the documents. Changes nothing.',
  options: { stage: pipelineOptions.stage, verbose: pipelineOptions.verbose, json: jsonOption },
  async run(call) {
    try {
      return await show(call)
    } catch (error) {
      return await stopCode(call, error)
    }
  },
}

async function show(call: CommandCall): Promise<number> {
  const [{ differenceOf }, { compareDocuments }] = await Promise.all([import('../../deploy/pipeline/index.ts'), import('../../gate/index.ts')])
  const { output } = call
  const found = await withStage(call, (stage) => differenceOf(call.values['json'] === true ? { ...stage, tell: () => undefined } : stage, compareDocuments))
  if (call.values['json'] === true) {
    output.printJson(found)
    return 0
  }
  output.print(found.stacks.trimEnd())
  if (found.changes === undefined) output.print('\nNothing is live yet, so there are no documents to compare')
  else output.print(`\nDocuments: ${found.changes.length} changes, ${found.breaking.length} of them break callers`)
  for (const { breaking, operation, pointer, message } of found.changes ?? []) if (!breaking) output.print(`  ${operation} ${pointer}: ${message}`)
  for (const line of found.breaking) output.print(`  BREAKS ${line}`)
  return 0
}
