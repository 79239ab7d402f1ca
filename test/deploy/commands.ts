// The commands of a user: cdk and klue, run in a project against an emulator.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { account, type Cloud, region } from './cloud.ts'
import { runGuarded } from './guarded.ts'

const cdkMain = createRequire(import.meta.url).resolve('aws-cdk/bin/cdk')
const tsx = import.meta.resolve('tsx')

export interface RunOptions {
  cloud: Pick<Cloud, 'env' | 'folder' | 'logs'>
  /** Folder of the project. */
  project: string
  /** Folder of klue where it is not the project itself. */
  kit?: string
  /** Added to the environment. */
  env?: Record<string, string>
  /** What it reads from its standard input. */
  input?: string
  /** Context of the CDK, such as `klue:pin=hello=1`. */
  context?: readonly string[]
  /** Name of the file that gets the output; by default the command's. */
  log?: string
}

/** Runs `klue` and gives what it printed; fails where it fails. */
export async function klue(words: readonly string[], { kit, log = 'klue', ...options }: RunOptions): Promise<string> {
  return run(['--enable-source-maps', '--conditions=klue-source', '--import', tsx, join(kit ?? options.project, 'src', 'cli', 'main.ts'), ...words], { ...options, log: join(options.cloud.logs, `${log}.log`), title: `klue ${words.join(' ')}` })
}

/** Runs `cdk`; fails where it fails. */
export async function cdk(words: readonly string[], { log = 'cdk', ...options }: RunOptions): Promise<string> {
  return run([cdkMain, ...words, '--no-notices'], { ...options, log: join(options.cloud.logs, `${log}.log`), title: `cdk ${words.join(' ')}` })
}

/** Prepares the account, as a user does once. */
export async function bootstrap(options: RunOptions): Promise<void> {
  // In a folder without a project, whose app need not run for this.
  const away = { ...options, project: options.cloud.folder }
  const shown = await cdk(['bootstrap', '--show-template'], { ...away, log: 'bootstrap-template' })
  // The bucket of CDK takes requests over TLS only, and the emulator speaks plain HTTP on loopback.
  const template = shown.slice(shown.indexOf('Description:')).replace(/^ {2}StagingBucketPolicy:\n(?: {4}.*\n)+/m, '')
  assert.notEqual(template.length, shown.slice(shown.indexOf('Description:')).length, 'the bootstrap template has no StagingBucketPolicy any more')
  const file = join(options.cloud.folder, 'bootstrap.yaml')
  writeFileSync(file, template)
  await cdk(['bootstrap', `aws://${account}/${region}`, '--template', file], { ...away, log: 'bootstrap' })
}

/** What a deployment left. */
export interface Deployed {
  /** Outputs by stack and name. */
  outputs: Record<string, Record<string, string>>
  /** Folder with the templates. */
  assembly: string
}

/** `cdk deploy` of every stack of a project. */
export async function deploy(stage: string, options: RunOptions): Promise<Deployed> {
  const assembly = join(options.project, 'cdk.out')
  const file = join(options.project, 'outputs.json')
  await cdk(['deploy', '--all', ...[`stage=${stage}`, ...(options.context ?? [])].flatMap((entry) => ['-c', entry]), '--require-approval', 'never', '--progress', 'events', '--outputs-file', file, '--output', assembly], options)
  assert.ok(existsSync(file), 'cdk deploy wrote no outputs')
  return { outputs: JSON.parse(readFileSync(file, 'utf8')) as Deployed['outputs'], assembly }
}

/** Addresses of the HTTP APIs among the outputs, as the emulator serves them, by the name of their output. */
export function addresses({ outputs }: Deployed, { endpoint }: Pick<Cloud, 'endpoint'>): Record<string, string> {
  const all = Object.values(outputs).flatMap((values) => Object.entries(values))
  return Object.fromEntries(all.flatMap(([name, value]) => {
    const id = /^https?:\/\/(\w+)\.execute-api\./.exec(value)?.[1]
    return id === undefined ? [] : [[name, `${endpoint}/_aws/execute-api/${id}/$default`]]
  }))
}

async function run(args: readonly string[], { cloud, project, env = {}, input, log, title }: RunOptions & { log: string; title: string }): Promise<string> {
  const inputFile = join(cloud.folder, 'input.txt')
  if (input !== undefined) writeFileSync(inputFile, input)
  const before = existsSync(log) ? readFileSync(log).length : 0
  const code = await runGuarded(process.execPath, args, { cwd: project, env: { ...cloud.env, ...env }, log, ...(input === undefined ? {} : { input: inputFile }) })
  rmSync(inputFile, { force: true })
  const printed = readFileSync(log).subarray(before).toString('utf8')
  assert.equal(code, 0, `${title} ended with ${code}:\n${printed.slice(-6000)}`)
  return printed
}
