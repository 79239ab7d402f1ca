// klue data: the data of a stage as a whole.
import { type Command, jsonOption, stageOption } from '../command.ts'
import type { DataAction } from '../data/open-data.ts'
import { misuse } from '../run.ts'

export const data: Command = {
  name: 'data',
  arguments: 'migrate|status',
  summary: 'Works on the data of a stage: runs the migrations of the project, and lists them.',
  options: {
    'dry-run': { type: 'boolean', doc: 'With `migrate`: reads, counts and shows the first changes without their values, and writes nothing.' },
    rate: { type: 'string', value: 'UNITS', doc: 'Most write units a second; no limit by default.' },
    segments: { type: 'string', value: 'N', doc: 'Parts of a table that are worked on at once, 1 to 100; 4 by default.' },
    yes: { type: 'boolean', doc: 'Writes to a stage that is live.' },
    wait: { type: 'boolean', doc: 'Waits where somebody else works on the data of the stage.' },
    stage: stageOption,
    json: jsonOption,
  },
  async run(call) {
    const [name, ...words] = call.positionals
    const load = Object.hasOwn(actions, name ?? '') ? actions[name!] : undefined
    if (load === undefined) throw misuse('klue data wants to be told what to do', 'for example "klue data status"')
    return await (await load())(call, words)
  },
}

// Each loads what it works with.
const actions: Readonly<Record<string, () => Promise<DataAction>>> = {
  migrate: async () => (await import('../data/migrate.ts')).migrateData,
  status: async () => (await import('../data/status.ts')).dataStatus,
}
