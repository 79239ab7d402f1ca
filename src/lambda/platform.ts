// The platform of a deployed function: configuration beside the bundle, tables in the account, lines on stdout.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CompiledConfig, env, fromCompiledConfig, quietAwsSdk, setConfig } from '../config/index.ts'
import { type Database, type DatabaseOptions, openDatabase } from '../persist/start.ts'
import { lineWriter, type Platform, type TaskPort } from '../runtime/edge.ts'
import type { Store } from '../store/index.ts'
import { lazyStore } from '../store/lazy-store.ts'
import { addApiUrls } from './api-urls.ts'
import { sourceStack } from './source-stack.ts'
import { functionSecrets, listedSecrets } from './secrets.ts'

/** The platform of a function. */
export interface LambdaPlatform extends Platform {
  /** What was invoked: the ARN with its alias, of the running invocation. */
  invokedAs?: string | undefined
}

/** Reads what the deployment put beside the bundle. Called once an environment. @param openTables opens the database, by default through the SDK */
export function lambdaPlatform(openTables: (options: DatabaseOptions) => Database = openDatabase): LambdaPlatform {
  quietAwsSdk()
  const compiled = JSON.parse(readFileSync(join(env('LAMBDA_TASK_ROOT') ?? '.', 'klue-config.json'), 'utf8')) as CompiledConfig
  // What a deployment lists comes from Secrets Manager before it is needed; without a list the environment has it all.
  const config = fromCompiledConfig(compiled, { unset: listedSecrets() === undefined ? 'refuse' : 'leave out' })
  addApiUrls(config, env('KLUE_API_URLS'))
  setConfig(config)
  const prefix = env('KLUE_TABLE_PREFIX') ?? `${config.name}-${config.stage}-`
  const endpoint = env('AWS_ENDPOINT_URL_DYNAMODB') ?? env('AWS_ENDPOINT_URL')
  const region = env('AWS_REGION')
  const usesOwnCredentials = env('AWS_ACCESS_KEY_ID') !== undefined
  let database: Database | undefined
  let store: Store | undefined
  const open = (): Database => (database ??= openTables({ prefix, usesOwnCredentials, ...(endpoint === undefined ? {} : { endpoint }), ...(region === undefined ? {} : { region }) }))
  const log = lineWriter()
  const functionName = env('AWS_LAMBDA_FUNCTION_NAME')
  const platform: LambdaPlatform = {
    config,
    database: open,
    store: () => (store ??= lazyStore(open(), config)),
    ...functionSecrets({ compiled, config, log }),
    log,
    local: new Map(),
    version: env('KLUE_VERSION') ?? '',
    ...(functionName === undefined ? {} : { functionName }),
    sourceStack,
    now: Date.now,
  }
  if (env('KLUE_TASK_QUEUE') !== undefined) platform.tasks = lazyTasks(platform)
  return platform
}

// What fires tasks is loaded with the first of them. A candidate fires into its own queue: its alias says that it is one.
function lazyTasks(platform: LambdaPlatform): () => TaskPort {
  let ports: Promise<Record<'live' | 'candidate', TaskPort>> | undefined
  return () => {
    const lane = platform.invokedAs?.endsWith(':candidate') === true ? 'candidate' : 'live'
    const port = async (): Promise<TaskPort> => (await (ports ??= import('./task-port.ts').then(({ openFunctionTasks }) => openFunctionTasks(platform))))[lane]
    return { prepare: async (orders, from) => (await port()).prepare(orders, from), cancel: async (id) => (await port()).cancel(id) }
  }
}
