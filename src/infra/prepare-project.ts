// Prepares a project for its stack: constructs are synchronous, and generating and bundling are not.
import { rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { findEntries } from '../bundle/index.ts'
import { compileConfig, loadConfig } from '../config/build.ts'
import { generate } from '../openapi/index.ts'
import { makePrivateFolder } from '../workfolder/index.ts'
import { bundleDocuments } from './bundle-documents.ts'
import { bundleEntries } from './bundle-entries.ts'
import { bundleWorker } from './bundle-worker.ts'
import { bundleTelemetry, withoutSecrets } from './bundle-telemetry.ts'
import type { Project } from './project.ts'
import { versionStamp } from './stage.ts'

export interface PrepareOptions {
  /** Stage whose settings apply, see `stageOf`. */
  stage: string
  /** Folder of the project. @default the current folder */
  root?: string
  /** Folder for what is deployed, relative to `root`. @default `.klue/infra/<stage>` */
  outDir?: string
  /** Version that `/version` shows. @default `YYMMDD-HHMM-<count>-<sha6>` of the last commit; none without a repository */
  version?: string
}

/**
 * Generates, bundles and configures all functions of a project.
 * The folders hold names of secrets, never their values.
 * @throws UsageError with every fault of configuration and documents
 * @example
 * const project = await prepareProject({ stage: stageOf(app) })
 */
export async function prepareProject(options: PrepareOptions): Promise<Project> {
  const root = resolve(options.root ?? '.')
  const { stage } = options
  // A build never sees secrets: without an environment their keys have no value.
  const loaded = loadConfig({ root, stage, env: {}, unset: 'leave out' })
  const { config } = loaded
  await generate(root, { basePath: config.basePath })
  const folder = resolve(root, options.outDir ?? join('.klue', 'infra', stage))
  // What is deployed keeps the modes that Lambda needs; the folder around it is closed.
  if (options.outDir === undefined) makePrivateFolder(dirname(folder))
  rmSync(folder, { recursive: true, force: true })
  const entries = findEntries(root, config.name)
  const functions = await bundleEntries({ root, entries, folder, loaded })
  const worker = await bundleWorker({ root, folder, loaded, functions, entries })
  const documents = join(folder, 'documents')
  await bundleDocuments({ root, folder: documents, config: compileConfig(withoutSecrets(loaded.merged)), apis: functions.flatMap(({ apis }) => apis.map(({ api }) => api)) })
  const telemetry = await bundleTelemetry({ root, folder: join(folder, 'telemetry'), loaded })
  return {
    root,
    name: config.name,
    stage,
    live: config.live,
    liveHost: config.liveHost,
    stackName: `${config.name}-${stage}`,
    tablePrefix: `${config.name}-${stage}-`,
    secretPrefix: `klue/${config.name}/${stage}/`,
    timeoutSeconds: config.timeoutSeconds,
    version: options.version ?? versionStamp(root),
    functions,
    worker,
    documents,
    telemetry,
    apiUrls: Object.fromEntries(Object.entries(config.apis).flatMap(([api, { url }]) => (url === undefined ? [] : [[api, url]]))),
    deployment: loaded.deployment,
    loaded,
  }
}
