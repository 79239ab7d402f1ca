// klue remove: a stage goes, with its data where nobody depends on it.
import type { Output } from '../output.ts'
import { type Command, type CommandCall, textOption } from '../command.ts'
import { asker, pipelineOptions, runOnStage, usageCode } from '../pipeline-command.ts'
import { misuse } from '../run.ts'

export const remove: Command = {
  name: 'remove',
  arguments: '',
  summary: 'Deletes the stacks of a stage and says what stays. Asks first; for a live stage its name has to be typed.',
  options: {
    ...pipelineOptions,
    confirm: { type: 'string', value: 'NAME', doc: 'For scripts: the name of the live stage, as it would be typed.' },
  },
  async run(call) {
    if (call.values['yes'] !== true && textOption(call, 'confirm') === undefined && asker(call) === undefined) return usageCode(call, misuse('there is no terminal to ask for confirmation', 'pass --yes, or --confirm NAME for a live stage'))
    const [{ removeStage }, { openStageSecrets }] = await Promise.all([import('../../deploy/pipeline/index.ts'), import('../../deploy/index.ts')])
    return await runOnStage(call, async (stage) => {
      const opened = await openStageSecrets(call.root, stage.loaded.config)
      try {
        const secrets = (await opened.list()).filter(({ deletedAt }) => deletedAt === undefined).map(({ name }) => name)
        return await removeStage({ stage, secrets, wait: call.values['wait'] === true, confirm: (facts) => confirmRemoval(call, { ...facts, name: stage.name, isLive: stage.loaded.config.live }) })
      } finally {
        opened.close()
      }
    })
  },
}

export interface Removal {
  name: string
  isLive: boolean
  goes: string[]
  stays: string[]
}

/** Whether a stage may go. Throws a UsageError where the command line says neither yes nor the name that a live stage wants. */
export async function confirmRemoval(call: CommandCall, { name, isLive, goes, stays }: Removal): Promise<boolean> {
  const typed = textOption(call, 'confirm')
  if (typed === name) return true
  if (typed !== undefined) throw misuse(`--confirm ${typed} is not the name of the stage ${name}`)
  // Nobody should lose a service that people depend on to a habit of typing --yes.
  if (!isLive && call.values['yes'] === true) return true
  const ask = asker(call)
  if (ask === undefined) throw misuse(`the stage ${name} is live, and --yes alone does not remove it`, `pass --confirm ${name}`)
  tell(call.output, { goes, stays })
  return isLive ? await typeName(name) : await ask(`Remove the stage ${name} with all that it holds?`)
}

function tell(output: Output, { goes, stays }: Pick<Removal, 'goes' | 'stays'>): void {
  output.print(`What goes: ${goes.join(', ')}`)
  for (const what of stays) output.print(`What stays: ${what}`)
}

async function typeName(name: string): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises')
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await prompt.question(`The stage ${name} is live. Type its name to remove it: `)).trim() === name
  } finally {
    prompt.close()
  }
}
