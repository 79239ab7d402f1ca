// An AWS emulator for one run: started on a free port with everything that it keeps in one temporary folder.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from '../rules/imports.ts'
import { type Guarded, startGuarded } from './guarded.ts'
import { type Recorder, startRecorder } from './recorder.ts'

export const account = '000000000000'
export const region = 'us-east-1'

export interface Cloud {
  /** Where the emulator answers. */
  endpoint: string
  /** Temporary folder of the run; gone after `stop`. */
  folder: string
  /** Folder of what the run prints; it stays. */
  logs: string
  /** Process group of the emulator and of its functions. */
  group: number
  /** What the functions asked of AWS. */
  recorder: Recorder
  /** Environment of commands that are to find this cloud. */
  env: Record<string, string | undefined>
  stop(): Promise<void>
}

/** Folder of the Python programs, as scripts/deploy-test.mjs hands it over. */
export function pythonTools(): string {
  return process.env['KLUE_DEPLOY_TOOLS'] ?? join(root, '.klue', 'ministack', 'bin')
}

/** Starts the emulator and waits until it answers. IAM policies are enforced: a function can do what its role may, and nothing else. */
export async function startCloud(name: string): Promise<Cloud> {
  endWithParent()
  const folder = mkdtempSync(join(tmpdir(), 'klue-deploy-'))
  const logs = join(root, '.klue', 'deploy-test', name)
  rmSync(logs, { recursive: true, force: true })
  for (const path of [logs, join(folder, 'tmp')]) mkdirSync(path, { recursive: true })
  let port = 0
  const recorder = await startRecorder(() => port)
  for (let attempt = 1; ; attempt += 1) {
    port = await freePort()
    const guarded = await startGuarded(join(pythonTools(), 'python'), [join(root, 'test', 'deploy', 'emulator.py')], { env: emulatorEnv({ folder, port, functionEndpoint: recorder.url }), log: join(logs, 'ministack.log'), remove: folder, cwd: folder })
    const endpoint = `http://127.0.0.1:${port}`
    if (await isReady(endpoint, guarded)) return { endpoint, folder, logs, group: guarded.group, recorder, env: commandEnv(endpoint, folder), stop: () => stop(guarded, recorder) }
    await guarded.stop()
    // Another process may have taken the port in between.
    if (attempt === 3) throw new Error(`The emulator did not start: see ${join(logs, 'ministack.log')}`)
    mkdirSync(join(folder, 'tmp'), { recursive: true })
  }
}

// A test runner that is killed leaves its files running; with this process ends everything that it has started.
function endWithParent(): void {
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && process.exit(1), 250).unref()
}

async function stop(guarded: Guarded, recorder: Recorder): Promise<void> {
  await guarded.stop()
  await recorder.close()
}

function emulatorEnv({ folder, port, functionEndpoint }: { folder: string; port: number; functionEndpoint: string }): Record<string, string | undefined> {
  return {
    ...plainEnv(),
    TMPDIR: join(folder, 'tmp'),
    HOME: folder,
    GATEWAY_PORT: String(port),
    BIND_HOST: '127.0.0.1',
    // Signatures and policies are checked.
    AUTH: 'true',
    // The functions inherit this one, and the emulator itself does not read it.
    AWS_ENDPOINT_URL: functionEndpoint,
    NODE_OPTIONS: `--require=${join(root, 'test', 'deploy', 'in-function.cjs')}`,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  }
}

function commandEnv(endpoint: string, folder: string): Record<string, string | undefined> {
  return {
    ...plainEnv(),
    HOME: folder,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    CDK_DEFAULT_ACCOUNT: account,
    CDK_DEFAULT_REGION: region,
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CI: 'true',
    NO_COLOR: '1',
  }
}

// What the shell of a developer sets must not reach the functions: neither keys, nor settings of klue, nor marks of a test runner.
function plainEnv(): Record<string, string | undefined> {
  const { PATH, LANG, TMPDIR } = process.env
  return { PATH, LANG, TMPDIR }
}

async function isReady(endpoint: string, guarded: Guarded): Promise<boolean> {
  for (let attempt = 0; attempt < 1200; attempt += 1) {
    const answer = await fetch(`${endpoint}/_ministack/health`).catch(() => undefined)
    if (answer?.ok === true) return true
    if (await Promise.race([guarded.exited.then(() => true), sleep(100, false)])) return false
  }
  return false
}

function freePort(): Promise<number> {
  const server = createServer()
  return new Promise((done) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => done(port))
    })
  })
}
