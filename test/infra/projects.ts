// Projects and templates for tests of constructs: made of a configuration and tables, without bundling.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { loadConfig } from '../../src/config/build.ts'
import { KlueService, type KlueServiceProps, type Project } from '../../src/infra/index.ts'
import type { ApiTable, CompiledOperation, PersistDefinition } from '../../src/openapi/index.ts'
import { storeDefinition } from '../../src/store/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'klue-infra-'))

/** Removes what the projects of a test file left. */
export function removeProjects(): void {
  rmSync(folder, { recursive: true, force: true })
}

/** A new folder that goes with the projects. */
export function temporaryFolder(): string {
  return mkdtempSync(join(folder, 'folder-'))
}

export interface ProjectWish {
  /** Text of klue-config.yaml below the name. */
  config?: string
  stage?: string
  operations?: CompiledOperation[]
  persist?: PersistDefinition[]
  /** What `cdk -c` says. */
  context?: Record<string, unknown>
  /** Seconds of the longest run of its tasks; it has some where this is given. */
  taskSeconds?: number
  /** What its worker runs by the clock. */
  schedules?: NonNullable<Project['worker']>['schedules']
  /** What handles messages; its worker is there where `taskSeconds` is given. */
  consumers?: NonNullable<NonNullable<Project['worker']>['consumers']>
}

/** An operation that has a method and a path, and nothing else. */
export function operation(id: string, route: string, settings: CompiledOperation['settings'] = {}): CompiledOperation {
  const [method, path] = route.split(' ') as [string, string]
  return { id, clientName: id, file: id, method, path, parameters: [], replies: [], successStatus: 200, security: [], settings }
}

/** A prepared project called `shop` with one entry file. */
export function project({ config = '', stage = 'dev', operations = [operation('getThing', 'GET /things/{id}')], persist = [], taskSeconds, schedules = [], consumers = [] }: ProjectWish): Project {
  const root = temporaryFolder()
  writeFileSync(join(root, 'klue-config.yaml'), `name: shop\n${config}`)
  const code = join(root, 'code')
  mkdirSync(code)
  writeFileSync(join(code, 'index.mjs'), 'export const handler = () => ({ statusCode: 200 })\n')
  const loaded = loadConfig({ root, stage, env: {}, unset: 'leave out' })
  const table: ApiTable = { api: 'shop', title: 'Shop', version: '1', openapi: '3.1.0', document: 'apis/shop.yaml', basePath: '', securitySchemes: {}, operations, routes: {}, persist }
  return {
    root,
    name: 'shop',
    stage,
    live: loaded.config.live,
    liveHost: loaded.config.liveHost,
    stackName: `shop-${stage}`,
    tablePrefix: `shop-${stage}-`,
    secretPrefix: `klue/shop/${stage}/`,
    timeoutSeconds: loaded.config.timeoutSeconds,
    version: '260101-1200-1-abcdef',
    functions: [{ name: 'shop', folder: code, handler: 'index.handler', apis: [table], calls: [], tables: [storeDefinition as PersistDefinition, ...persist], secrets: ['jwt_secret'], fires: taskSeconds !== undefined }],
    worker: taskSeconds === undefined ? undefined : { folder: code, calls: [], tables: [storeDefinition as PersistDefinition, ...persist], secrets: ['jwt_secret'], timeoutSeconds: taskSeconds, schedules, consumers },
    documents: code,
    telemetry: { ingest: code, reporter: code, reporterSecrets: [], usesSes: false, topics: [] },
    apiUrls: {},
    deployment: loaded.deployment,
    loaded,
  }
}

export interface Synthesised {
  template: Template
  service: KlueService
  stack: Stack
}

/** The stack of a project. */
export function synthesise(wish: ProjectWish, props: Omit<KlueServiceProps, 'project'> = {}): Synthesised {
  const stack = new Stack(new App({ outdir: temporaryFolder(), context: wish.context ?? {} }), 'Test', { env: { account: '111111111111', region: 'eu-west-1' } })
  const service = new KlueService(stack, 'Service', { project: project(wish), ...props })
  return { template: Template.fromStack(stack), service, stack }
}
