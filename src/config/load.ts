// klue-config.yaml and its stages, found, read, merged and checked: what a build, a command or the local server starts from.
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { editDistance, type Fault, nearest, UsageError } from '../errors/index.ts'
import { checkSettings } from './check-settings.ts'
import { stageName } from './environment.ts'
import { deploymentKeys } from './deployment-keys.ts'
import type { Config, DeploymentConfig } from './keys.ts'
import { mergeSettings } from './merge-settings.ts'
import { fromMergedConfig, type MergedConfig } from './merged.ts'
import type { SecretSources } from './open-compiled.ts'
import { readSettings, type Setting } from './yaml-source.ts'

export interface LoadOptions extends SecretSources {
  /** Folder of the project. */
  root: string
  /** Stage; KLUE_STAGE or `local` by default. */
  stage?: string
  /** Path of the file instead of `klue-config.yaml` in `root`; relative to `root`. */
  file?: string
}

export interface LoadedConfig {
  config: Config
  /** The settings of the deployment, defaults filled in; `config` holds them too, but not in a deployed function. */
  deployment: DeploymentConfig
  stage: string
  /** The files that were read, relative to the project's folder. */
  files: string[]
  /** Keys that are accepted although nothing reads them, each with what replaces it. */
  notices: Fault[]
  merged: MergedConfig
}

/**
 * Loads the configuration of a stage: `klue-config.yaml`, over it `klue-config.<stage>.yaml`, over it `stages.<stage>` of the first.
 * @throws UsageError with every fault of every file
 */
export function loadConfig(options: LoadOptions): LoadedConfig {
  const stage = checkedStage(stageName(options.stage))
  const base = findFile(options)
  const faults: Fault[] = []
  const notices: Fault[] = []
  const files = [base, overlayPath(base, stage)].filter((path) => existsSync(path))
  const [first = [], second = []] = files.map((path) => readSettings(path, shownPath(options.root, path), faults))
  const stages = first.find((setting) => setting.key === 'stages')
  checkDeclared({ stage, stages, base, file: shownPath(options.root, base) }, faults)
  const secretNames = new Set([first, second, ...(stages?.inner ?? []).map((overlay) => overlay.inner ?? [])].flatMap(secretNamesOf))
  checkSettings({ settings: first, at: 'base', under: '', secretNames }, { faults, notices })
  checkSettings({ settings: second, at: 'overlay', under: '', secretNames }, { faults, notices })
  if (faults.length > 0) throw new UsageError(faults)
  const overlay = stages?.inner?.find((setting) => setting.key === stage)?.inner ?? []
  const merged = { stage, ...mergeSettings([first.filter((setting) => setting !== stages), second, overlay]) }
  const config = fromMergedConfig(merged, options)
  return { config, deployment: deploymentOf(config), stage, files: files.map((path) => shownPath(options.root, path)), notices, merged }
}

function deploymentOf(config: Config): DeploymentConfig {
  return Object.fromEntries(Object.keys(deploymentKeys).filter((key) => config[key] !== undefined).map((key) => [key, config[key]])) as unknown as DeploymentConfig
}

function findFile({ root, file }: LoadOptions): string {
  const path = resolve(root, file ?? 'klue-config.yaml')
  if (existsSync(path)) return path
  throw new UsageError({ code: 'config-missing', file: file ?? 'klue-config.yaml', message: `there is no such file in ${resolve(root)}`, hint: file === undefined ? 'run the command in the folder of the service, or create the file with a line such as name: builds' : 'check the path' })
}

function overlayPath(base: string, stage: string): string {
  return base.replace(/(\.ya?ml)?$/, (extension) => `.${stage}${extension}`)
}

function shownPath(root: string, path: string): string {
  return relative(resolve(root), path).replaceAll('\\', '/')
}

function checkedStage(stage: string): string {
  if (/^[A-Za-z][A-Za-z0-9-]{0,19}$/.test(stage)) return stage
  throw new UsageError({ code: 'stage-name', file: '', message: `the stage ${JSON.stringify(stage)} must be a letter followed by up to 19 letters, digits or dashes`, hint: 'see --stage and the variable KLUE_STAGE' })
}

function secretNamesOf(settings: Setting[]): string[] {
  const value = settings.find((setting) => setting.key === 'env_secrets')?.value
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : []
}

// A stage needs no overlay, so only a name close to a declared one can be told to be a slip.
function checkDeclared(asked: { stage: string; stages: Setting | undefined; base: string; file: string }, faults: Fault[]): void {
  const declared = (asked.stages?.inner ?? []).map((setting) => setting.key).concat(overlayStages(asked.base), 'local', 'live')
  if (declared.includes(asked.stage)) return
  const suggestion = nearest(asked.stage, declared)
  if (suggestion === undefined || editDistance(asked.stage, suggestion) > 2) return
  faults.push({ code: 'stage-unknown', file: asked.file, pointer: 'stages', message: `there is no stage ${asked.stage}`, hint: `did you mean ${suggestion}?` })
}

function overlayStages(base: string): string[] {
  const pattern = /^klue-config\.([A-Za-z][A-Za-z0-9-]*)\.ya?ml$/
  return readdirSync(dirname(join(base))).flatMap((name) => pattern.exec(name)?.[1] ?? [])
}
