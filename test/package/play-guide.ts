// Does what docs/guide/first-service.md says with the packed kit, and compares every shown output with the real one.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { codeBlocks } from '../rules/pages.ts'
import { cleanEnvironment, installLinked, run } from './pack.ts'

const page = 'docs/guide/first-service.md'
let project = ''
let cwd = ''
let tarball = ''
let server: ChildProcess | undefined
let serverPrinted = ''
let url = ''

async function stop(): Promise<void> {
  if (server === undefined) return
  const ended = new Promise((done) => server!.once('close', done))
  server.kill('SIGTERM')
  await ended
}

interface Step {
  command: string
  shown: string
}

const steps: Step[] = codeBlocks(page, 'console').flatMap(({ code }) =>
  code.split(/^\$ /m).slice(1).map((part) => {
    const [command = '', ...shown] = part.split('\n')
    return { command, shown: shown.join('\n').trim() }
  }),
)

/** What differs from run to run, and what npm says before a script runs. */
function plain(text: string): string {
  return text
    .replaceAll(/^> .*\n/gm, '')
    .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, 'URL')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replaceAll(/ \(\d+(\.\d+)?ms\)/g, '')
    .trim()
}

function words(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')
}

async function curl(given: string[]): Promise<string> {
  const headers: Record<string, string> = {}
  let body: string | undefined
  for (const [index, word] of given.entries()) {
    const next = given[index + 1] ?? ''
    if (word === '-H') headers[next.slice(0, next.indexOf(':'))] = next.slice(next.indexOf(':') + 1).trim()
    if (word === '-d') body = next
  }
  const answer = await fetch(given.at(-1)!.replace('http://127.0.0.1:8080', url), { headers, ...(body === undefined ? {} : { method: 'POST', body }) })
  return answer.text()
}

async function start(): Promise<string> {
  server = spawn('npm', ['start', '--', '--port', '0'], { cwd, env: cleanEnvironment(cwd, process.execPath), stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [server.stdout!, server.stderr!]) stream.setEncoding('utf8').on('data', (text: string) => (serverPrinted += text))
  while (!serverPrinted.includes('Ctrl-C stops it.')) {
    assert.equal(server.exitCode, null, serverPrinted)
    await sleep(50)
  }
  url = /service +(http\S+)/.exec(serverPrinted)![1]!
  return serverPrinted
}

async function type(command: string): Promise<string> {
  const [name = '', ...rest] = words(command)
  if (command === 'npm start') return start()
  if (name === 'curl') return curl(rest)
  if (name === 'cd') cwd = join(cwd, rest[0]!)
  // What npm would install from the registry is here already.
  if (command === 'npm install') installLinked(cwd, tarball)
  if (name === 'cd' || command === 'npm install') return ''
  const { code, stdout, stderr } = run(name, rest, { cwd })
  assert.equal(code, 0, `${command}\n${stdout}${stderr}`)
  return stdout
}

function block(language: string, part: string): string {
  return codeBlocks(page, language).find(({ code }) => code.includes(part))?.code ?? assert.fail(`${page} has no ${language} block with ${part}`)
}

/** The reader's own work of part 4. */
function keepNotes(): void {
  const file = join(project, 'apis', 'my-service.yaml')
  const schema = /( {14}schema:\n) {16}type: object\n {16}required: \[text\]\n {16}properties:\n {18}text: \{ type: string, maxLength: 1000 \}\n/
  let text = readFileSync(file, 'utf8').replace('\n  schemas:\n', () => `\n  schemas:\n${block('yaml', 'x-persist')}\n`)
  for (const id of ['postNotes', 'getNotesById']) {
    const at = text.indexOf('responses:', text.indexOf(`operationId: ${id}`))
    assert.match(text.slice(at), schema)
    text = text.slice(0, at) + text.slice(at).replace(schema, () => block('yaml', '$ref'))
  }
  writeFileSync(file, text)
  for (const id of ['postNotes', 'getNotesById']) {
    writeFileSync(join(project, 'functions', 'my-service', `${id}.ts`), block('typescript', `export const ${id}`))
    rmSync(join(project, 'testaccept', `${id}.test.ts`))
  }
  writeFileSync(join(project, 'testaccept', 'notes.test.ts'), block('typescript', 'klue/testing'))
}

/** A server that watches files answers anew within moments: asks until it does. */
async function compare(step: Step): Promise<void> {
  const wanted = plain(step.shown)
  for (let attempt = 1; ; attempt += 1) {
    const printed = plain(await type(step.command))
    if (step.command === 'npm test') return void wanted.split('\n').forEach((line) => assert.ok(printed.split('\n').includes(line), `${line} in\n${printed}`))
    if (printed === wanted || !step.command.startsWith('curl') || attempt === 200) return assert.equal(printed, wanted, `${step.command}\n${serverPrinted}`)
    await sleep(200)
  }
}

/** Declares the page as a test, played in a folder of its own. */
export function playGuide({ folder, packed }: { folder: string; packed: () => string }): void {
  after(stop)
  test(`${page} is played from its first command to its last`, async () => {
    tarball = packed()
    cwd = folder
    project = join(folder, 'my-service')
    installLinked(folder, tarball)
    assert.ok(steps.length >= 12)
    for (const [index, step] of steps.entries()) {
      if (step.shown.startsWith('{"id"')) keepNotes()
      // A project that npm has installed finds its own commands, not those beside it.
      if (index === 1) rmSync(join(folder, 'node_modules'), { recursive: true })
      await compare(step)
    }
    assert.ok(existsSync(join(project, 'cdk.out', 'manifest.json')))
  })
}
