// Where acceptance tests run: what the runner tells the test files through the environment.
import { env, setEnvironment } from '../config/index.ts'
import { UsageError } from '../errors/index.ts'

/** The target of a run. */
export interface Target {
  kind: 'in-process' | 'url'
  /** The project's folder. */
  root: string
  /** Base address by API name; empty for in-process. The key `''` stands for the main service. */
  urls: Record<string, string>
  /** A live stage: only tests marked `liveSafe` run. */
  isLive: boolean
  /** A valid token; absent where nobody could make one. */
  token?: string
  /** A user that can log in; absent where nobody could make one. */
  user?: { name: string; password: string }
  /** Folder where test files leave what they reached. */
  coverageFolder: string
  /** Folder where test files note their exchanges; absent where nothing is recorded. */
  recordFolder?: string
}

/** Hands the target to the processes that are started from here. */
export function exportTarget(target: Target): void {
  setEnvironment('KLUE_TARGET', JSON.stringify(target))
  setEnvironment('KLUE_JWT_TOKEN', target.token)
  const main = target.urls['']
  if (main === undefined) return
  const url = new URL(main)
  // The names that test files of older services read.
  setEnvironment('KLUE_SERVER_HOST', url.hostname)
  setEnvironment('KLUE_SERVER_PORT', url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port)
}

/** The target of this process. Throws a UsageError where the tests were not started by klue. */
export function currentTarget(): Target {
  const text = env('KLUE_TARGET')
  if (text?.startsWith('{') === true) return JSON.parse(text) as Target
  throw new UsageError({ code: 'no-target', file: '', message: 'The acceptance tests do not know where the service is', hint: 'start them with "klue test --in-process", "--local", "--url URL" or "--stage NAME"' })
}
