// Runs the acceptance suite on Node's own test runner against a target.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generateProject } from '../dev/index.ts'
import { UsageError } from '../errors/index.ts'
import { type CoverageRow, readCoverage } from './coverage.ts'
import { writeJsonReporter } from './json-reporter.ts'
import { writeSpecReporter } from './spec-reporter.ts'
import { writeRecord } from './record.ts'
import { resolveTarget, type Wanted } from './resolve-target.ts'
import { exportTarget } from './target.ts'

export interface SuiteOptions {
  /** The project's folder. */
  root: string
  wanted: Wanted
  /** Files instead of all of testaccept/, relative to `root`. */
  files: string[]
  /** Only tests that are marked `liveSafe`, whatever the target. */
  isLiveSafe?: boolean
  /** Only tests whose title matches this regular expression. */
  only?: string
  /** Path of a JUnit report. */
  junit?: string
  /** Path of a file that gets every exchange, one JSON object a line; relative to `root`. */
  record?: string
  /** Prints events as JSON lines instead of a report for people. */
  asJson: boolean
  /** Told where the tests run, before they do. */
  onStart(title: string): void
}

export interface SuiteResult {
  /** Exit code of the test runner. */
  code: number
  coverage: CoverageRow[]
}

/** Runs the suite once. Throws a UsageError where there are no tests or the target cannot be made. */
export async function runSuite(options: SuiteOptions): Promise<SuiteResult> {
  const files = testFiles(options)
  // The exchanges are checked against what is compiled, whatever the target.
  await generateProject(options.root)
  const resolved = await resolveTarget(options.root, options.wanted)
  const { coverageFolder } = resolved.target
  const recordFolder = `${coverageFolder}-record`
  const folders = [coverageFolder, recordFolder, `${coverageFolder}-runner`]
  const clean = (): void => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  }
  clean()
  // Where the reader of the report is gone, the process ends at once.
  process.once('exit', clean)
  try {
    options.onStart(resolved.title)
    exportTarget({ ...resolved.target, ...(options.isLiveSafe === true ? { isLive: true } : {}), ...(options.record === undefined ? {} : { recordFolder }) })
    const code = await runNode(options, { files, scratch: `${coverageFolder}-runner` })
    if (options.record !== undefined) writeRecord(recordFolder, resolve(options.root, options.record))
    return { code, coverage: readCoverage(options.root, coverageFolder) }
  } finally {
    process.off('exit', clean)
    clean()
    await resolved.close()
  }
}

function testFiles({ root, files }: SuiteOptions): string[] {
  for (const file of files) if (!existsSync(join(root, file))) throw new UsageError({ code: 'no-test-file', file, message: 'there is no such test file' })
  if (files.length > 0) return files
  const folder = join(root, 'testaccept')
  const found = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.test\.[cm]?[jt]s$/.test(file)) : []
  if (found.length === 0) throw new UsageError({ code: 'no-tests', file: 'testaccept', message: 'there are no acceptance tests', hint: 'add testaccept/<name>.test.ts' })
  return found.sort().map((file) => relative(root, join(folder, file)))
}

function runNode({ root, only, junit, asJson }: SuiteOptions, { files, scratch }: { files: string[]; scratch: string }): Promise<number> {
  const args = [
    ...sourceFlags(),
    // Test files are TypeScript, which Node 20 does not read by itself.
    '--import',
    import.meta.resolve('tsx'),
    '--test',
    ...(only === undefined ? [] : [`--test-name-pattern=${only}`]),
    `--test-reporter=${asJson ? writeJsonReporter(scratch) : writeSpecReporter(scratch)}`,
    '--test-reporter-destination=stdout',
    ...(junit === undefined ? [] : ['--test-reporter=junit', `--test-reporter-destination=${junit}`]),
    ...files,
  ]
  // A runner whose reader is gone, such as head, would tell of that with a stack. Behind this process it is ended with it;
  // on a terminal it writes itself, in colours.
  const isTerminal = process.stdout.isTTY === true
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['inherit', isTerminal ? 'inherit' : 'pipe', 'inherit'] })
  child.stdout?.pipe(process.stdout, { end: false })
  const stop = (): void => void child.kill('SIGKILL')
  process.once('exit', stop)
  return new Promise((resolve) => child.on('close', (code) => {
    process.off('exit', stop)
    resolve(code ?? 1)
  }))
}

// Run from its sources klue needs the condition that leads to them; installed it must not be set, for the sources are not there.
function sourceFlags(): string[] {
  return here().endsWith('.ts') ? ['--conditions=klue-source', '--enable-source-maps'] : ['--enable-source-maps']
}

function here(): string {
  return fileURLToPath(import.meta.url)
}
