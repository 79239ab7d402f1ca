// klue config: one setting, or all of them, as the service sees them.
import { type Command, type CommandCall, jsonOption, stageOption, textOption } from '../command.ts'
import { misuse } from '../run.ts'

export const config: Command = {
  name: 'config',
  arguments: '[<key>]',
  summary: 'Prints a setting, or all of them; secrets are masked.',
  options: { stage: stageOption, reveal: { type: 'boolean', doc: 'Prints secrets too.' }, json: jsonOption },
  async run(call) {
    const { configValue, loadConfig, showConfig } = await import('../../config/build.ts')
    const stage = textOption(call, 'stage')
    const loaded = loadConfig({ root: call.root, ...(stage === undefined ? {} : { stage }) })
    const shown = { reveal: call.values['reveal'] === true }
    for (const notice of loaded.notices) call.output.printError(`${notice.file}${notice.line === undefined ? '' : `:${notice.line}`} ${notice.pointer ?? ''}: ${notice.message}`)
    const [key, ...more] = call.positionals
    if (more.length > 0) throw misuse('klue config takes one key')
    if (key !== undefined) printOne(call, configValue(loaded.config, key, shown))
    else printAll(call, showConfig(loaded.config, shown))
    return 0
  },
}

function printOne({ values, output }: CommandCall, value: string): void {
  if (values['json'] === true) output.printJson(value)
  else output.print(value)
}

function printAll({ values, output }: CommandCall, settings: { key: string; value: string }[]): void {
  if (values['json'] === true) output.printJson(Object.fromEntries(settings.map(({ key, value }) => [key, value])))
  else for (const { key, value } of settings) output.print(value === '' ? `${key}:` : `${key}: ${value}`)
}
