// klue versions: the history of a stage.
import { type Command, jsonOption, textOption } from '../command.ts'
import { pipelineOptions } from '../pipeline-command.ts'

export const versions: Command = {
  name: 'versions',
  arguments: '',
  summary: 'Lists what was deployed to a stage: version, time, what became of it, versions of its functions, who, and breaking changes that were let through.',
  options: { stage: pipelineOptions.stage, json: jsonOption },
  async run(call) {
    const { loadStage } = await import('../stage.ts')
    const [{ openStageStore }, { historyTable }, { listDeployments }] = await Promise.all([import('../../dev/index.ts'), import('../../deploy/pipeline/index.ts'), import('../../store/index.ts')])
    const config = await loadStage(call.root, textOption(call, 'stage'), 'leave out')
    const opened = await openStageStore(call.root, config)
    try {
      const history = await listDeployments(opened.database)
      // How stacks are deployed, and what their cost is made of, is for the pipeline alone.
      if (call.values['json'] === true) call.output.printJson(history.map(({ stacks: _stacks, settings: _settings, ...shown }) => shown))
      else call.output.print(history.length === 0 ? `Nothing was deployed to the stage ${config.stage} with klue deploy` : historyTable(history))
      return 0
    } finally {
      await opened.close()
    }
  },
}
