// Every check that needs only Node, one after the other; all run, and the last lines say which failed.
// `--corpus` runs the tests of test/corpus instead: public documents by the thousand operations; `--drills` those of test/drills: storms and kills.
// Those of test/deploy need Python too: scripts/deploy-test.mjs runs them.
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const require = createRequire(import.meta.url)
const source = ['--enable-source-maps', '--conditions=klue-source', '--import', 'tsx']
const klue = [...source, join(root, 'src', 'cli', 'main.ts')]

const corpus = join(root, 'test', 'corpus')
const deploy = join(root, 'test', 'deploy')
const drills = join(root, 'test', 'drills')
const checks = [
  { name: 'generated files are fresh', run: generatedFresh },
  { name: 'types', run: () => node([require.resolve('typescript/bin/tsc'), '--noEmit']) },
  { name: 'lint', run: () => node([join(dirname(require.resolve('oxlint/package.json')), 'bin', 'oxlint'), '--deny-warnings']) },
  { name: 'klue check', run: () => node([...klue, 'check']) },
  { name: 'unit tests and rules', run: () => node([...source, '--test', '--test-concurrency=2', ...testFiles(join(root, 'test')).filter((file) => ![corpus, deploy, drills].some((folder) => file.startsWith(folder)))]) },
  { name: 'acceptance tests in process', run: () => node([...klue, 'test', '--in-process']) },
  { name: 'acceptance tests on a local server', run: () => node([...klue, 'test', '--local', '--fresh']) },
]

const apart = { '--corpus': { name: 'corpus', folder: corpus }, '--drills': { name: 'drills', folder: drills } }
const chosen = process.argv.slice(2).map((word) => apart[word]).find((one) => one !== undefined)
const steps = chosen === undefined ? checks : [{ name: chosen.name, run: () => node([...source, '--test', '--test-concurrency=2', ...testFiles(chosen.folder)]) }]
const results = []
for (const { name, run } of steps) {
  process.stdout.write(`\n── ${name}\n`)
  const startedAt = Date.now()
  const code = await run()
  results.push({ name, ok: code === 0, seconds: (Date.now() - startedAt) / 1000 })
}
process.stdout.write('\n')
for (const { name, ok, seconds } of results) process.stdout.write(`${ok ? 'passed' : 'FAILED'}  ${name} (${seconds.toFixed(1)} s)\n`)
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1

// What is committed must be what the documents say; the compiled files beside it are not committed.
async function generatedFresh() {
  const before = typedFiles()
  const code = await node([...klue, 'generate'])
  const stale = Object.entries(typedFiles()).filter(([file, text]) => before[file] !== text).map(([file]) => file)
  for (const file of stale) process.stderr.write(`functions/gen/${file} was not up to date: it is now, commit it\n`)
  return stale.length > 0 ? 1 : code
}

function typedFiles() {
  const folder = join(root, 'functions', 'gen')
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts')).sort()
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]))
}

function testFiles(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts')).sort().map((file) => join(folder, file))
}

function node(args) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' })
  return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)))
}
