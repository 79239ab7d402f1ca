// klue config: one setting, or all of them, as the service sees them.
import { type Command, jsonOption, stageOption, textOption } from '../command.ts'
import { misuse } from '../run.ts'

export const config: Command = {
  name: 'config',
  arguments: '[<key>]',
  summary: 'Prints a setting, or all of them; secrets are masked.',
  options: { stage: stageOption, reveal: { type: 'boolean', doc: 'Prints secrets too.' }, json: jsonOption },
  async run(call) {
    const [{ loadConfig }, { configValue, showConfig }] = await Promise.all([import('../../config/build.ts'), import('../../config/index.ts')])
    const stage = textOption(call, 'stage')
    const loaded = loadConfig({ root: call.root, ...(stage === undefined ? {} : { stage }) })
    const shown = { reveal: call.values['reveal'] === true }
    for (const notice of loaded.notices) call.output.printError(`${notice.file}${notice.line === undefined ? '' : `:${notice.line}`} ${notice.pointer ?? ''}: ${notice.message}`)
    const [key, ...more] = call.positionals
    if (more.length > 0) throw misuse('klue config takes one key')
    const value = key === undefined ? showConfig(loaded.config, shown) : configValue(loaded.config, key, shown)
    if (call.values['json'] === true) call.output.printJson(value ?? null)
    else if (typeof value === 'object' && value !== null) for (const [name, setting] of Object.entries(value)) call.output.print(`${name}: ${toText(setting)}`)
    else call.output.print(toText(value))
    return 0
  },
}

function toText(value: unknown): string {
  if (value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
