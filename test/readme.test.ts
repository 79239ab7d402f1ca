// Does what README.md says, in a copy of the service, and compares every shown output with the real one.
import assert from 'node:assert/strict'
import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { klue, type KlueProcess, startKlue } from './cli/klue-process.ts'
import { makeProject, type ProjectFixture } from './dev/project-fixture.ts'
import { codeBlocks } from './rules/pages.ts'

let project: ProjectFixture
let server: KlueProcess
let url: string
let token = ''

before(async () => {
  project = await makeProject()
  await klue(project.root, ['help'])
  for (const name of ['apis', 'functions', 'testaccept', 'klue-config.yaml']) await cp(name, join(project.root, name), { recursive: true })
  for (const name of ['apis/notes.yaml', 'functions/notes.ts']) await project.delete(name)
  server = startKlue(project.root, ['dev', '--port', '0'])
  url = /service +(\S+)/.exec(await server.until('Ctrl-C stops it.'))![1]!
})
after(async () => {
  server.child.kill('SIGTERM')
  await server.finished
  await project.remove()
})

interface Step {
  command: string
  shown: string
}

const steps: Step[] = codeBlocks('README.md', 'console').flatMap(({ code }) =>
  code.split(/^\$ /m).slice(1).map((part) => {
    const [command = '', ...shown] = part.split('\n')
    return { command, shown: shown.join('\n').trim() }
  }),
)

/** What differs from run to run: ids, times, ports, durations, tokens. */
function plain(text: string): string {
  return text
    .replace(/http:\/\/127\.0\.0\.1:\d+/g, 'URL')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z(-[0-9a-f]{8})?/g, 'TIME')
    .replace(/"error_id":"[^"]+"/, '"error_id":"ID"')
    .replace(/"expires_at":\d+/, '"expires_at":0')
    .replace(/"token":"[^"]+"/, '"token":"T"')
    .replace(/ \(\d+(\.\d+)?ms\)/g, '')
    .trim()
}

/** curl as README.md uses it. */
async function curl(words: string[]): Promise<string> {
  const headers: Record<string, string> = {}
  let body: string | undefined
  for (const [index, word] of words.entries()) {
    const next = words[index + 1] ?? ''
    if (word === '-H') headers[next.slice(0, next.indexOf(':'))] = next.slice(next.indexOf(':') + 1).trim()
    if (word === '-d') body = next
  }
  const answer = await fetch(words.at(-1)!.replace('http://127.0.0.1:8080', url), { headers, ...(body === undefined ? {} : { method: 'POST', body }) })
  return answer.text()
}

/** Splits a command line as a shell does, with the variable that README.md sets. */
function words(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, bare]) => (single ?? double ?? bare ?? '').replaceAll('$TOKEN', token))
}

async function run(command: string): Promise<string> {
  if (command === 'npm start') return server.until('Ctrl-C stops it.')
  if (command.startsWith('curl ')) return curl(words(command))
  const piped = /^printf '([^']*)' \| (.*)$/.exec(command)
  const variable = /^TOKEN=\$\((.*)\)$/.exec(command)
  const line = piped?.[2] ?? variable?.[1] ?? command
  const [, script, rest] = /^npm run --silent (klue|testaccept) -- (.*)$/.exec(line) ?? assert.fail(`${command}: this test cannot run it`)
  const { stdout, stderr, code } = await klue(project.root, [...(script === 'testaccept' ? ['test'] : []), ...words(rest!)], { input: piped?.[1] ?? '' })
  assert.equal(code, 0, stderr + stdout)
  if (variable === null) return stdout
  token = stdout.trim()
  return ''
}

function block(language: string, part: string): string {
  return codeBlocks('README.md', language).find(({ code }) => code.includes(part))?.code ?? assert.fail(`README.md has no ${language} block with ${part}`)
}

async function edit(file: string, ...changes: [string, string][]): Promise<void> {
  let text = await readFile(join(project.root, file), 'utf8')
  for (const [from, to] of changes) {
    assert.ok(text.includes(from), `${file} has no ${from}`)
    text = text.replace(from, () => to)
  }
  await project.write(file, text)
}

/** The reader's own work between the commands, before the step that needs it. */
async function work(command: string): Promise<void> {
  if (command.includes('/status') && command.startsWith('curl')) {
    await edit('apis/builds.yaml', ['paths:\n', `paths:\n${block('yaml', 'getStatus')}\n`])
    const [, fault] = block('text', 'has no handler').trim().split('\n')
    await server.untilError(fault!)
    await project.write('functions/builds/status.ts', block('typescript', 'getStatus:'))
    await edit('functions/builds.ts', ['getLatest, getDeviation }', 'getLatest, getDeviation, getStatus }'], ["import { builds }", "import { getStatus } from './builds/status.ts'\nimport { builds }"])
    await server.until(/Loaded the change of .*functions/)
  }
  if (command.includes('status.test.ts')) await project.write('testaccept/status.test.ts', block('typescript', 'klue/testing'))
}

test('README.md is played from its first command to its last', async () => {
  assert.ok(steps.length >= 10)
  for (const { command, shown } of steps) {
    await work(command)
    const printed = plain(await run(command))
    const wanted = plain(shown)
    // The runner's summary and the table that follow the tests are left out in README.md, which says so.
    if (command.includes('testaccept')) for (const line of wanted.split('\n')) assert.ok(printed.split('\n').includes(line), `${line} in\n${printed}`)
    else assert.equal(printed, wanted, command)
  }
})
