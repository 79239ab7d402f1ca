// klue rollback: live of a stage back to a version that was live before.
import type { Command } from '../command.ts'
import { asker, pipelineOptions, runOnStage, usageCode } from '../pipeline-command.ts'
import { misuse } from '../run.ts'

export const rollback: Command = {
  name: 'rollback',
  arguments: '[<version>]',
  summary: 'Moves live of a stage back to the version before, or to another one of its history; tables stay as they are.',
  options: pipelineOptions,
  async run(call) {
    const [version, ...more] = call.positionals
    if (more.length > 0) return usageCode(call, misuse('klue rollback takes one version', '"klue versions" lists those that there are'))
    const ask = asker(call)
    const yes = call.values['yes'] === true
    if (!yes && ask === undefined) return usageCode(call, misuse('there is no terminal to ask for confirmation', 'pass --yes'))
    const { rollBack } = await import('../../deploy/pipeline/index.ts')
    return await runOnStage(call, (stage) => rollBack({ stage, version, wait: call.values['wait'] === true, ask: yes ? undefined : ask }))
  },
}
