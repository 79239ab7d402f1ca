// klue secret: the secrets of a stage, on this machine or in Secrets Manager.
import type { LoadedConfig } from '../../config/build.ts'
import type { StageSecrets } from '../../deploy/index.ts'
import { visibleLine } from '../../errors/index.ts'
import { type Command, type CommandCall, jsonOption, stageOption, textOption } from '../command.ts'
import { misuse } from '../run.ts'
import { confirmed, readSecretValue } from '../secret-value.ts'

export const secret: Command = {
  name: 'secret',
  arguments: 'set|list|remove [<name>]',
  summary: 'Sets, lists and removes the secrets of a stage; never prints their values.',
  options: {
    'value-from': { type: 'string', value: 'FILE', doc: 'With `set`: file that holds the value, `-` for standard input. A terminal is asked otherwise.' },
    generate: { type: 'boolean', doc: 'With `set`: makes a value of 32 random bytes.' },
    yes: { type: 'boolean', doc: 'With `remove`: does not ask.' },
    stage: stageOption,
    json: jsonOption,
  },
  async run(call) {
    const action = actions[call.positionals[0] ?? '']
    if (action === undefined) throw misuse('klue secret wants to be told what to do', 'for example "klue secret list"')
    const [{ loadConfig }, { openStageSecrets }] = await Promise.all([import('../../config/build.ts'), import('../../deploy/index.ts')])
    const stage = textOption(call, 'stage')
    const loaded = loadConfig({ root: call.root, env: {}, unset: 'leave out', ...(stage === undefined ? {} : { stage }) })
    const secrets = await openStageSecrets(call.root, loaded.config)
    try {
      await action({ call, loaded, secrets })
      return 0
    } finally {
      secrets.close()
    }
  },
}

interface Action {
  call: CommandCall
  loaded: LoadedConfig
  secrets: StageSecrets
}

const actions: Record<string, (action: Action) => Promise<void>> = {
  async set({ call, loaded, secrets }) {
    const { checkSecret, newSecretValue } = await import('../../deploy/index.ts')
    const name = nameOf(call)
    checkSecret(loaded, name)
    const value = call.values['generate'] === true ? newSecretValue() : await readSecretValue(call, name)
    checkSecret(loaded, name, value)
    const done = await secrets.set(name, value)
    call.output.print(`${words[done]} the secret ${name} of the stage ${loaded.stage}`)
  },
  async list({ call, loaded, secrets }) {
    const { secretRows } = await import('../../deploy/index.ts')
    const rows = secretRows(loaded, await secrets.list())
    if (call.values['json'] === true) return call.output.printJson(rows)
    if (rows.length === 0) call.output.print(`The stage ${loaded.stage} needs no secrets`)
    const width = Math.max(...rows.map(({ name }) => name.length))
    for (const { name, keys, sentence } of rows) call.output.print(`${visibleLine(name).padEnd(width)}  ${sentence}${keys.length === 0 ? '' : `  (${keys.map(visibleLine).join(', ')})`}`)
  },
  async remove({ call, loaded, secrets }) {
    const { checkKnown } = await import('../../deploy/index.ts')
    const name = nameOf(call)
    const there = (await secrets.list()).filter(({ deletedAt }) => deletedAt === undefined).map((state) => state.name)
    checkKnown(name, there, loaded.stage)
    const question = `Remove the secret ${name} of the stage ${loaded.stage}? What runs there loses it within five minutes.`
    if (call.values['yes'] !== true && !(await confirmed(question))) return call.output.print(`Kept the secret ${name}`)
    const until = await secrets.remove(name)
    call.output.print(`Removed the secret ${name} of the stage ${loaded.stage}${until === undefined ? '' : `; until ${until.slice(0, 10)} klue secret set brings it back`}`)
  },
}

const words = { made: 'Made', changed: 'Changed', restored: 'Restored' }

function nameOf(call: CommandCall): string {
  const [action, name, ...more] = call.positionals
  if (name === undefined) throw misuse(`klue secret ${action} wants a name`, '"klue secret list" shows those that the stage needs')
  if (more.length > 0) throw misuse(`klue secret ${action} takes one name`)
  return name
}
