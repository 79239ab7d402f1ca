// klue deploy: the pipeline from the last commit to a stage that is live, or back.
import type { Command, CommandCall } from '../command.ts'
import { asker, pipelineOptions, runOnStage, usageCode } from '../pipeline-command.ts'
import { misuse } from '../run.ts'

export const deploy: Command = {
  name: 'deploy',
  arguments: '',
  summary: 'Deploys the last commit to a stage: tests, compares its documents with those that are live, tries it beside what is live, moves live to it, and takes back what fails.',
  options: {
    ...pipelineOptions,
    'allow-breaking': { type: 'string', value: 'OPERATION=REASON', multiple: true, doc: 'Lets the changes of an operation through that break callers; the history of the stage keeps the reason. May be repeated.' },
  },
  async run(call) {
    let reasons: Map<string, string>
    try {
      if (call.positionals.length > 0) throw misuse(`klue deploy takes no ${call.positionals[0]}`, 'it deploys the last commit; name the stage with --stage')
      reasons = readReasons(call)
    } catch (error) {
      return usageCode(call, error)
    }
    const [{ deployStage }, { compareDocuments }] = await Promise.all([import('../../deploy/pipeline/index.ts'), import('../../gate/index.ts')])
    return await runOnStage(call, (stage) =>
      deployStage({
        stage,
        reasons,
        yes: call.values['yes'] === true,
        wait: call.values['wait'] === true,
        ask: asker(call),
        show: (text) => (call.values['json'] === true ? stage.tell({ step: 'confirm', state: 'says', note: text }) : call.output.print(text)),
        compare: compareDocuments,
      }))
  },
}

function readReasons(call: CommandCall): Map<string, string> {
  return new Map(((call.values['allow-breaking'] as string[] | undefined) ?? []).map((text) => {
    const equals = text.indexOf('=')
    const [operation, reason] = [text.slice(0, equals).trim(), text.slice(equals + 1).trim()]
    if (equals < 1 || operation === '' || reason === '') throw misuse(`--allow-breaking ${text} is not of the form OPERATION=REASON`, "for example --allow-breaking 'getLatest=nobody calls it any more'")
    return [operation, reason]
  }))
}
