// Installs what a command needs where it is missing, then runs it: node scripts/run.mjs start|test|deploy-test|build|klue [arguments]
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const [mode, ...words] = process.argv.slice(2)

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) fail(`Node ${process.versions.node} is too old: klue needs 20.19 or newer.`)

await ensureInstalled(mode === 'test' || mode === 'deploy-test' || mode === 'build' || words[0] === 'test' ? 'all' : 'run')
if (mode === 'start') process.exitCode = await klue(['dev', ...words])
else if (mode === 'klue') process.exitCode = await klue(words)
else if (mode === 'test') process.exitCode = await node([join(root, 'scripts', 'check-all.mjs'), ...words])
else if (mode === 'deploy-test') process.exitCode = await node([join(root, 'scripts', 'deploy-test.mjs'), ...words])
else if (mode === 'build') process.exitCode = await build()
else fail('Usage: node scripts/run.mjs start|test|deploy-test|build|klue [arguments]')

/** Runs the command line from its sources. */
function klue(args) {
  return node(['--enable-source-maps', '--conditions=klue-source', '--import', 'tsx', join(root, 'src', 'cli', 'main.ts'), ...args])
}

/** Compiles src/ into dist/, which the package holds. */
async function build() {
  // A file that is no longer made must not stay in the package.
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  const code = await node([join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', join(root, 'tsconfig.build.json')])
  return code || (await node([join(root, 'scripts', 'compile-ops.mjs')])) || node([join(root, 'scripts', 'bundle-local.mjs')])
}

function node(args) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' })
  // On a terminal Ctrl-C reaches the child by itself; a signal sent to this process alone has to be passed on.
  const forward = (signal) => child.kill(signal)
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, forward)
  process.on('SIGINT', process.stdin.isTTY ? () => undefined : forward)
  whenAbandoned(() => forward('SIGTERM'))
  return new Promise((resolve) => child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143))))
}

// A signal to npm ends npm and its shell, but does not reach what they started; that npm is gone shows in a new parent.
function whenAbandoned(stop) {
  if (process.env.npm_lifecycle_event === undefined) return
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && stop(), 250).unref()
}

/** `run`: what a running service needs. `all`: with the tools of the checks as well. */
async function ensureInstalled(scope) {
  if (isInstalled(scope)) return
  await withLock(async () => {
    if (isInstalled(scope)) return
    const isFirst = !existsSync(join(root, 'node_modules'))
    process.stderr.write(`Installing ${scope === 'run' ? 'what running needs' : 'what the checks need'}, once ...\n`)
    // Adding to what is there leaves a running server its files; npm ci would take them away.
    const install = isFirst ? ['ci'] : ['install', '--no-save']
    const scopeFlag = scope === 'run' ? '--omit=dev' : '--include=dev'
    const code = await npm([...install, scopeFlag, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'])
    if (code !== 0 || !isInstalled(scope)) fail('npm could not install the packages: see its message above, check the network and run the command again.')
  })
}

/** Whether every package of the lock file is there in its version. */
function isInstalled(scope) {
  const hidden = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(hidden)) return false
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const present = JSON.parse(readFileSync(hidden, 'utf8')).packages
  return Object.entries(wanted).every(([path, { version, dev, optional, devOptional, peer }]) => {
    if (path === '' || optional || (peer && scope === 'run') || (scope === 'run' && (dev || devOptional))) return true
    return present[path]?.version === version && existsSync(join(root, path, 'package.json'))
  })
}

function npm(args) {
  // The npm that started this script, if one did: it fits this Node.
  const own = process.env.npm_execpath
  const child = own?.endsWith('.js') ? spawn(process.execPath, [own, ...args], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] }) : spawn('npm', args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' })
  return new Promise((resolve) => {
    child.on('error', () => resolve(1))
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

// Two commands in one fresh clone must not install at once.
async function withLock(install) {
  const lock = join(root, '.klue', 'install.lock')
  try {
    mkdirSync(dirname(lock), { recursive: true, mode: 0o700 })
  } catch (error) {
    fail(`${dirname(lock)} cannot be made (${error.code}): remove what is in its place, or make its file system writable, and run the command again.`)
  }
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx', mode: 0o600 })
      break
    } catch (error) {
      if (error.code !== 'EEXIST') fail(`${lock} cannot be written (${error.code}): make room or rights for it, and run the command again.`)
      if (isStale(lock)) rmSync(lock, { force: true })
      else await sleep(200)
    }
  }
  try {
    await install()
  } finally {
    rmSync(lock, { force: true })
  }
}

function isStale(lock) {
  try {
    const pid = Number(readFileSync(lock, 'utf8'))
    if (pid > 0) process.kill(pid, 0)
    return Date.now() - statSync(lock).mtimeMs > 10 * 60_000
  } catch (error) {
    return error.code !== 'EPERM'
  }
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}
