// klue ingest: takes in what the ingest function of a stage has failed on.
import { type Command, jsonOption, stageOption, textOption } from '../command.ts'
import { misuse } from '../run.ts'

export const ingest: Command = {
  name: 'ingest',
  arguments: 'redrive',
  summary: 'Takes in the lines that the ingest function of a stage has failed on, from its queue.',
  options: { stage: stageOption, json: jsonOption },
  async run(call) {
    if (call.positionals[0] !== 'redrive') throw misuse('klue ingest wants to be told what to do', 'for example "klue ingest redrive --stage live"')
    const [{ loadStage }, { openStageStore }, { openFailureQueue }, { keepRulesOf, redrive }, { recordReports, reportsOf }] = await Promise.all([import('../stage.ts'), import('../../dev/index.ts'), import('../../deploy/index.ts'), import('../../telemetry/index.ts'), import('../../reports/index.ts')])
    const config = await loadStage(call.root, textOption(call, 'stage'), 'leave out')
    if (config.stage === 'local') throw misuse('the stage local has no queue of failures', 'name a deployed stage with --stage')
    const queue = await openFailureQueue(config)
    try {
      const opened = await openStageStore(call.root, config)
      try {
        // What this finds is told by the stage itself: its next look at incidents brings it.
        const { messages, requests, failed } = await redrive({ database: opened.database, rules: keepRulesOf(config), observe: async (observations) => void (await recordReports(opened.database, reportsOf(observations, { service: config.name, stage: config.stage }))) }, queue)
        if (call.values['json'] === true) call.output.printJson({ messages, requests, failed })
        else call.output.print(`Took in ${messages} messages with ${requests} requests`)
        for (const { id, reason } of failed) call.output.printError(`klue: the message ${id} stays in the queue: ${reason}`)
        return failed.length === 0 ? 0 : 1
      } finally {
        await opened.close()
      }
    } finally {
      queue.close()
    }
  },
}
