// A stage without an account: CloudFormation, Lambda and the CDK as a few variables, the rest of the pipeline as it is.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { loadConfig } from '../../../src/config/build.ts'
import type { DeployedPart } from '../../../src/deploy/pipeline/deployed-stage.ts'
import { deployFolder } from '../../../src/deploy/pipeline/journal.ts'
import type { Stage } from '../../../src/deploy/pipeline/open-stage.ts'
import { Stop } from '../../../src/deploy/pipeline/outcome.ts'
import type { StepEvent } from '../../../src/deploy/pipeline/steps.ts'
import type { Template } from '../../../src/deploy/template.ts'
import { type Database, ensureTables } from '../../../src/persist/index.ts'
import { openStore, storeDefinition } from '../../../src/store/index.ts'

export interface FakeStage {
  stage: Stage
  events: StepEvent[]
  /** What was asked of the CDK and of klue test, in order. */
  done: string[]
  /** Number of the version that is live; undefined before the first deployment. */
  live(): number | undefined
  /** Throws at the first call of a kind that begins with this. */
  failAt(call: string | undefined): void
  /** Which run of the suite fails: that against the candidate, or that against live. */
  failSuite(target: 'candidate' | 'live' | undefined): void
  /** Changes a file of the project and commits. */
  commit(word: string): void
}

const alias = (version: unknown): Template['Resources'] => ({ Live: { Type: 'AWS::Lambda::Alias', Properties: { Name: 'live', FunctionVersion: version }, Metadata: { 'klue:function': 'builds' } }, Docs: { Type: 'AWS::Lambda::Alias', Properties: { Name: 'live', FunctionVersion: version }, Metadata: { 'klue:function': 'documents' } } })

// The suite of the candidate comes by a proxy. It fails where a file says so.
const fakeKlue = `import { appendFileSync, existsSync } from 'node:fs'
const isLive = process.argv.some((word) => word.includes('execute-api'))
appendFileSync('.klue/suites', (isLive ? 'live' : 'candidate') + (process.argv.includes('--live-safe') ? ' safe' : '') + '\\n')
console.log('pass 1')
if (existsSync(isLive ? '.klue/fail-live' : '.klue/fail-candidate')) { console.log('✖ it fails'); process.exit(1) }
`

/** Makes a project in a repository and its stage. */
export async function fakeStage(folder: string, database: Database): Promise<FakeStage> {
  mkdirSync(join(folder, '.klue'), { recursive: true })
  for (const [name, text] of Object.entries({ 'package.json': '{ "name": "builds", "scripts": { "test": "node -e 0" } }', 'klue-config.yaml': 'name: builds\n', '.gitignore': '.klue/\n', 'klue.mjs': fakeKlue })) writeFileSync(join(folder, name), text)
  git(folder, 'init', '--quiet')
  await ensureTables(database, [storeDefinition])
  const state: State = { folder, done: [], deployed: undefined, versions: 0, word: '', failing: undefined }
  const events: StepEvent[] = []
  const loaded = loadConfig({ root: folder, stage: 'ann', env: {}, unset: 'leave out' })
  const stage: Stage = {
    root: folder,
    loaded,
    database,
    store: openStore(database, loaded.config, { hash: async () => 'hash', verify: async () => false }),
    klue: [join(folder, 'klue.mjs')],
    isVerbose: false,
    tell: (event) => void events.push(event),
    name: 'ann',
    folder: deployFolder(folder, 'ann'),
    cdk: cdkOf(state),
    deployed: { client: { config: { region: async () => 'eu-west-1', credentials: async () => ({}) } } as never, find: async () => state.deployed, settle: async () => 'UPDATE_COMPLETE', close: () => undefined },
    functions: { live: async () => numbers(state), documents: async () => new Map([['builds', state.documents]]), isThere: async () => true, prune: async () => 0, close: () => undefined },
    who: 'ann',
    endpoint: 'http://127.0.0.1:1',
    close: () => undefined,
  }
  return {
    stage,
    events,
    get done() {
      return [...state.done, ...suites(folder)]
    },
    live: () => numbers(state)['builds'],
    failAt: (call) => void (state.failing = call),
    failSuite(target) {
      for (const name of ['live', 'candidate']) rmSync(join(folder, '.klue', `fail-${name}`), { force: true })
      if (target !== undefined) writeFileSync(join(folder, '.klue', `fail-${target}`), '')
    },
    commit(word) {
      state.word = word
      writeFileSync(join(folder, 'word'), word)
      git(folder, 'add', '--all')
      git(folder, '-c', 'user.name=A', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message', word)
    },
  }
}

interface State {
  folder: string
  done: string[]
  deployed: DeployedPart | undefined
  documents?: unknown
  /** Versions published so far. */
  versions: number
  word: string
  failing: string | undefined
}

function cdkOf(state: State): Stage['cdk'] {
  const call = (words: string): void => {
    state.done.push(words)
    if (state.failing !== undefined && words.startsWith(state.failing)) throw new Stop('failed', `cdk ${words} failed`, ['it is broken'])
  }
  return {
    async synth(name, context) {
      call(`synth ${name}`)
      return writeAssembly(state, name, context['klue:pin'])
    },
    async diff() {
      call('diff')
      return 'what changes'
    },
    async deploy(assembly, log) {
      call(`deploy ${log}`)
      const { artifacts } = JSON.parse(readFileSync(join(assembly, 'manifest.json'), 'utf8')) as { artifacts: Record<string, { type: string; properties: { templateFile: string } }> }
      const file = Object.values(artifacts).find(({ type }) => type === 'aws:cloudformation:stack')!.properties.templateFile
      const template = JSON.parse(readFileSync(join(assembly, file), 'utf8')) as Template
      if (log !== 'back') state.versions += log === 'live' && state.deployed !== undefined ? 0 : 1
      const candidate = JSON.stringify(template).includes('"Candidate"') ? { CandidateUrl: 'https://next.execute-api.eu-west-1.amazonaws.com' } : {}
      state.deployed = { template: resolved(template, state.versions), status: 'UPDATE_COMPLETE', outputs: { Url: 'https://main.execute-api.eu-west-1.amazonaws.com', ...candidate }, resources: new Map([['Live', 'arn:builds:live'], ['Docs', 'arn:documents:live']]), nested: new Map() }
      if (log === 'live') state.documents = documentOf(state.word)
    },
    async destroy() {
      call('destroy')
      state.deployed = undefined
    },
  }
}

// As CloudFormation does it: a reference to the version resource becomes the number of what was published last.
function resolved(template: Template, newest: number): Template {
  return JSON.parse(JSON.stringify(template).replaceAll('"newest"', `"${newest}"`)) as Template
}

function writeAssembly({ folder, word }: State, name: string, pin: string | undefined): string {
  const assembly = join(deployFolder(folder, 'ann'), name)
  const documents = join(assembly, 'asset.a', 'documents')
  mkdirSync(documents, { recursive: true })
  writeFileSync(join(documents, 'builds.json.gz'), gzipSync(JSON.stringify(documentOf(word))))
  const kept = /builds=(\d+)/.exec(pin ?? '')?.[1]
  const template: Template = { Resources: { ...alias(kept ?? 'newest'), ...(name === 'candidate' ? { Candidate: { Type: 'AWS::ApiGatewayV2::Api' } } : {}) } }
  const file = `${'a'.repeat(64)}.json`
  writeFileSync(join(assembly, 't.json'), JSON.stringify(template))
  writeFileSync(join(assembly, 'manifest.json'), JSON.stringify({ version: '55.0.0', artifacts: { 'builds-ann': { type: 'aws:cloudformation:stack', environment: 'aws://unknown-account/unknown-region', properties: { templateFile: 't.json' } } } }))
  writeFileSync(join(assembly, 'builds-ann.assets.json'), JSON.stringify({ files: { x: { source: { path: 't.json' }, destinations: { here: { bucketName: 'b', objectKey: file } } } } }))
  cpSync(join(assembly, 't.json'), join(assembly, file))
  return assembly
}

function documentOf(word: string): object {
  return { openapi: '3.1.0', info: { title: 'Builds', version: '1' }, paths: { [word.startsWith('breaking') ? '/other' : '/a']: { get: { operationId: 'getA', responses: { 200: { description: 'ok' } } } } } }
}

function numbers({ deployed }: State): Record<string, number> {
  return deployed === undefined ? {} : Object.fromEntries(Object.values(deployed.template.Resources ?? {}).filter(({ Type: type }) => type === 'AWS::Lambda::Alias').map(({ Properties: properties, Metadata: metadata }) => [String(metadata!['klue:function']), Number(properties!['FunctionVersion'])]))
}

function suites(folder: string): string[] {
  try {
    return readFileSync(join(folder, '.klue', 'suites'), 'utf8').trim().split('\n').map((line) => `suite ${line}`)
  } catch {
    return []
  }
}

function git(folder: string, ...words: string[]): void {
  execFileSync('git', ['-C', folder, ...words], { stdio: 'ignore' })
}
