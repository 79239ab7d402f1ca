// klue data: the data of a stage as a whole.
import { type Command, jsonOption, stageOption } from '../command.ts'
import type { DataAction } from '../data/open-data.ts'
import { misuse } from '../run.ts'

export const data: Command = {
  name: 'data',
  arguments: 'export|import|copy|backfill|seed|migrate|status [<table>|all] [<file>]',
  summary: 'Works on the data of a stage as a whole: writes tables to files and reads them back, copies them between stages, brings items into the form of their definition, and runs migrations.',
  options: {
    out: { type: 'string', value: 'FILE', doc: 'With `export`: file, or folder for several tables; gzip where the name ends with `.gz`. Standard output by default.' },
    'from-stage': { type: 'string', value: 'NAME', doc: 'With `copy`: stage that is read.' },
    'to-stage': { type: 'string', value: 'NAME', doc: 'With `copy`: stage that is written.' },
    replace: { type: 'boolean', doc: 'With `import`, `copy` and `seed`: writes over items that are there already.' },
    'skip-existing': { type: 'boolean', doc: 'With `import` and `copy`: leaves items that are there already, whatever they hold.' },
    'dry-run': { type: 'boolean', doc: 'With `import`, `copy`, `backfill` and `migrate`: reads, checks, counts and shows the first changes without their values, and writes nothing.' },
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
    try {
      return await (await load())(call, words)
    } catch (error) {
      if ((error as { name?: unknown }).name !== 'AbortError') throw error
      call.output.printError(`klue: stopped; ${name === 'export' ? 'what is written of a file is gone again' : 'the same command goes on at the last finished batch'}`)
      return 130
    }
  },
}

// Each loads what it works with.
const actions: Readonly<Record<string, () => Promise<DataAction>>> = {
  export: async () => (await import('../data/export.ts')).exportData,
  import: async () => (await import('../data/import.ts')).importData,
  copy: async () => (await import('../data/copy.ts')).copyData,
  backfill: async () => (await import('../data/backfill.ts')).backfillData,
  seed: async () => (await import('../data/seed.ts')).seedData,
  migrate: async () => (await import('../data/migrate.ts')).migrateData,
  status: async () => (await import('../data/status.ts')).dataStatus,
}
