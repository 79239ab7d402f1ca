// klue init: a service of one's own in a folder of its own.
import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { env } from '../../config/index.ts'
import { type Command, type CommandCall, textOption } from '../command.ts'
import { misuse } from '../run.ts'

export const init: Command = {
  name: 'init',
  arguments: '[<folder>]',
  summary: 'Makes a service of your own: document, handler, test, CDK app and workflow.',
  options: {
    name: { type: 'string', value: 'NAME', doc: 'Name of the service; that of the folder by default.' },
    yaml: { type: 'boolean', doc: 'Writes documents as YAML; the default.' },
    json: { type: 'boolean', doc: 'Writes documents as JSON.' },
    login: { type: 'boolean', doc: 'Adds a log-in API and an operation that wants a token.' },
    'no-login': { type: 'boolean', doc: 'Leaves both out; the default.' },
    yes: { type: 'boolean', doc: 'Asks nothing.' },
  },
  async run(call) {
    const { output, values } = call
    if (call.positionals.length > 1) throw misuse(`klue init takes one folder, not ${call.positionals.join(' ')}`)
    for (const [left, right] of [['yaml', 'json'], ['login', 'no-login']] as const) if (values[left] === true && values[right] === true) throw misuse(`--${left} and --${right} exclude each other`)
    const { initProject, nameOfFolder } = await import('../../scaffold/index.ts')
    const root = resolve(call.root, call.positionals[0] ?? '.')
    const wanted = await ask(call, textOption(call, 'name') ?? nameOfFolder(root))
    if (wanted.name === undefined) throw misuse(`no name for the service can be made of the folder ${root}`, 'pass --name NAME')
    const files = await initProject({ root, name: wanted.name, format: values['json'] === true ? 'json' : 'yaml', login: wanted.login })
    output.print(`Made ${wanted.name} in ${relative(call.root, root) || 'this folder'}:`)
    for (const file of files) output.print(`  ${file}`)
    output.print(nextSteps(call.root, root))
    return 0
  },
}

/** Name and log-in; a terminal is asked for what no option says. */
async function ask(call: CommandCall, name: string | undefined): Promise<{ name: string | undefined; login: boolean }> {
  const { values } = call
  const login = values['login'] === true
  if (values['yes'] === true || process.stdin.isTTY !== true || process.stdout.isTTY !== true || env('CI') !== undefined) return { name, login }
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    const answered = textOption(call, 'name') ?? ((await terminal.question(`Name of the service${name === undefined ? '' : ` (${name})`}: `)).trim() || name)
    if (login || values['no-login'] === true) return { name: answered, login }
    return { name: answered, login: /^y/i.test(await terminal.question('With a log-in API and tokens? (y/N): ')) }
  } finally {
    terminal.close()
  }
}

function nextSteps(here: string, root: string): string {
  const folder = relative(here, root)
  const steps = [
    ...(folder === '' ? [] : [`cd ${folder}`]),
    ...(isInRepository(root) ? [] : ['git init        (klue deploy wants everything committed)']),
    'npm install',
    'npm start       (the service on this machine)',
    'npm test',
  ]
  return `Next:\n${steps.map((step) => `  ${step}`).join('\n')}`
}

function isInRepository(folder: string): boolean {
  return existsSync(join(folder, '.git')) || (dirname(folder) !== folder && isInRepository(dirname(folder)))
}

