// klue user: the accounts that the login API knows.
import type { Store } from '../../store/index.ts'
import { readClaims } from '../claims.ts'
import { type Command, type CommandCall, jsonOption, stageOption, textOption } from '../command.ts'
import { readPassword } from '../password.ts'
import { misuse } from '../run.ts'

export const user: Command = {
  name: 'user',
  arguments: 'add|password|remove|list [<name>]',
  summary: 'Adds, changes, removes and lists the users that can log in.',
  options: {
    'password-stdin': { type: 'boolean', doc: 'Reads the password from the first line of standard input instead of asking.' },
    claims: { type: 'string', value: 'JSON', doc: 'With `add`: claims of the tokens that the user gets, a JSON object.' },
    stage: stageOption,
    json: jsonOption,
  },
  async run(call) {
    const action = actions[call.positionals[0] ?? '']
    if (action === undefined) throw misuse('klue user wants to be told what to do', 'for example "klue user add ann"')
    const { loadStage } = await import('../stage.ts')
    const { openStageStore } = await import('../../dev/index.ts')
    // Accounts need the tables of a stage, not its secrets.
    const opened = await openStageStore(call.root, await loadStage(call.root, textOption(call, 'stage'), 'leave out'))
    try {
      await action(call, opened.store)
      return 0
    } finally {
      await opened.close()
    }
  },
}

const actions: Record<string, (call: CommandCall, store: Store) => Promise<void>> = {
  async add(call, store) {
    const name = nameOf(call)
    const claims = readClaims(textOption(call, 'claims'))
    await store.users.add(name, await readPassword(call), { claims })
    call.output.print(`Added the user ${name}`)
  },
  async password(call, store) {
    const name = nameOf(call)
    await store.users.setPassword(name, await readPassword(call))
    call.output.print(`Changed the password of ${name}`)
  },
  async remove(call, store) {
    const name = nameOf(call)
    await store.users.remove(name)
    call.output.print(`Removed the user ${name}`)
  },
  async list(call, store) {
    const users = await store.users.list()
    if (call.values['json'] === true) call.output.printJson(users)
    else for (const { id } of users) call.output.print(id)
  },
}

function nameOf(call: CommandCall): string {
  const [action, name, ...more] = call.positionals
  if (name === undefined) throw misuse(`klue user ${action} wants a name`, `for example "klue user ${action} ann"`)
  if (more.length > 0) throw misuse(`klue user ${action} takes one name`)
  return name
}
