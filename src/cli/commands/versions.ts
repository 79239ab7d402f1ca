// klue versions: the history of a stage.
import { type Command, jsonOption } from '../command.ts'
import { pipelineOptions, withStage } from '../pipeline-command.ts'

export const versions: Command = {
  name: 'versions',
  arguments: '',
  summary: 'Lists what was deployed to a stage: version, time, what became of it, versions of its functions, who, and breaking changes that were let through.',
  options: { stage: pipelineOptions.stage, json: jsonOption },
  async run(call) {
    const [{ historyTable, liveIn, movedOn }, { listDeployments }] = await Promise.all([import('../../deploy/pipeline/index.ts'), import('../../store/index.ts')])
    return await withStage(call, async (stage) => {
      const history = await listDeployments(stage.database)
      const live = liveIn(history)
      const moved = live === undefined ? {} : await movedOn(stage, live)
      // How stacks are deployed, and what their cost is made of, is for the pipeline alone.
      if (call.values['json'] === true) call.output.printJson(history.map(({ stacks: _stacks, settings: _settings, ...shown }) => ({ ...shown, live: shown.id === live?.id && Object.keys(moved).length === 0 })))
      else call.output.print(history.length === 0 ? `Nothing was deployed to the stage ${stage.name} with klue deploy` : historyTable(history, moved))
      return 0
    })
  },
}
