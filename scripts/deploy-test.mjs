// Deploys the reference service to an AWS emulator and runs its acceptance suite there: npm run test:deploy
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensurePythonTools } from './python-tools.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = join(root, 'test', 'deploy')

try {
  const tools = ensurePythonTools(root)
  process.exitCode = await runTests(tools, process.argv.slice(2))
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

function runTests(tools, words) {
  const files = words.length > 0 ? words : readdirSync(folder).filter((file) => file.endsWith('.test.ts')).sort().map((file) => join(folder, file))
  const args = ['--enable-source-maps', '--conditions=klue-source', '--import', 'tsx', '--test', '--test-concurrency=1', `--test-reporter=${process.stdout.isTTY ? 'spec' : 'tap'}`, ...files]
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...process.env, KLUE_DEPLOY_TOOLS: tools } })
  // The test runner takes its files down with it on these two signals, and on no other.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  process.on('SIGHUP', () => child.kill('SIGTERM'))
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 250).unref()
  return new Promise((resolve) => child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143))))
}
