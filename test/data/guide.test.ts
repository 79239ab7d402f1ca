// Plays docs/guide/migrations.md in a copy of the reference service: its files, its commands, and the three deployments of its last part.
import assert from 'node:assert/strict'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { commands } from '../../src/cli/commands.ts'
import { runCommandLine } from '../../src/cli/run.ts'
import { loadConfig } from '../../src/config/build.ts'
import { openStageStore } from '../../src/dev/index.ts'
import { ensureTables } from '../../src/persist/index.ts'
import type { Attributes } from '../../src/persist/stored.ts'
import { projectTables } from '../../src/data/work.ts'
import { makeProject, type ProjectFixture } from '../dev/project-fixture.ts'
import { codeBlocks, readPage } from '../rules/pages.ts'

const page = 'docs/guide/migrations.md'
const blocks = codeBlocks(page, 'ts').map(({ code }) => code)
let project: ProjectFixture

before(async () => {
  project = await makeProject()
  for (const name of ['apis', 'functions', 'klue-config.yaml']) await cp(name, join(project.root, name), { recursive: true })
  for (const name of ['apis/notes.yaml', 'functions/notes.ts']) await project.delete(name)
})
after(() => project.remove())

async function klue(command: string): Promise<string> {
  const out: string[] = []
  const print = (text: string): void => void out.push(text)
  const code = await runCommandLine({ root: project.root, words: command.split(' ').slice(1), commands, output: { hasColor: false, print, printError: print, printJson: (value) => print(JSON.stringify(value)) } })
  assert.equal(code, 0, out.join('\n'))
  return out.join('\n')
}

async function withData<Result>(work: (database: Awaited<ReturnType<typeof openStageStore>>['database']) => Promise<Result>): Promise<Result> {
  const opened = await openStageStore(project.root, loadConfig({ root: project.root, unset: 'leave out' }).config)
  try {
    await ensureTables(opened.database, await projectTables(project.root))
    return await work(opened.database)
  } finally {
    await opened.close()
  }
}

const put = (items: readonly Attributes[]): Promise<void> => withData(async (database) => {
  for (const Item of items) await database.run('PutItem', { TableName: `${database.prefix}measurements`, Item })
})
const stored = (): Promise<Attributes[]> => withData(async (database) => ((await database.run('Scan', { TableName: `${database.prefix}measurements` })).Items ?? []) as Attributes[])
const measurement = (id: string, unit: string, value: string): Attributes => ({ series: { S: 'nightly/time' }, id: { S: id }, job: { S: 'nightly' }, metric: { S: 'time' }, value: { N: value }, unit: { S: unit }, measured_at: { S: '2026-03-01T09:30:00.000Z' }, recorded_by: { S: 'ann' }, expires_at: { N: '4102444800' } })

test('its files and its commands do what it says', async () => {
  const files = blocks.flatMap((code) => {
    const file = /^\/\/ (migrations\/\S+)\n/.exec(code)?.[1]
    return file === undefined ? [] : [{ file, code }]
  })
  assert.deepEqual(files.map(({ file }) => file), ['migrations/001-lower-case.ts', 'migrations/002-below-zero.ts'])
  for (const { file, code } of files) await project.write(file, code)
  await put([measurement('a', 'MS', '3'), measurement('b', 'ms', '4'), measurement('c', 'ms', '-1')])
  const words = readPage(page).split('\n').flatMap((line) => /^\$ npx (klue data .+)$/.exec(line)?.[1] ?? [])
  const printed: string[] = []
  for (const command of words) printed.push(await klue(command))
  assert.deepEqual(words, ['klue data migrate --dry-run', 'klue data migrate', 'klue data status'])
  assert.match(printed[0]!, /Dry run, nothing is written: 001-lower-case: 3 read, 1 changed\n {2}series=ni…, id=…: unit text of 2 → text of 2\n.*002-below-zero: 3 read, 0 changed, 1 deleted/)
  assert.equal(printed[1], '001-lower-case: 3 read, 1 changed\n002-below-zero: 3 read, 0 changed, 1 deleted')
  assert.match(printed[2]!, /^001-lower-case {2}done .*\n002-below-zero {2}done /)
  assert.deepEqual((await stored()).map((item) => [item['id']!.S, item['unit']!.S]), [['a', 'ms'], ['b', 'ms']])
})

test('a property is renamed by three deployments, each of which works with the items of the one before', async () => {
  const head = "import { defineMigration, type Migration } from 'klue/data'\nimport { Measurement } from '../functions/gen/builds.ts'\n"
  const steps = blocks.flatMap((code) => {
    const [, deployment, file] = /^\/\/ Of deployment (\d): (migrations\/\S+\.ts)/.exec(code) ?? []
    return file === undefined ? [] : [{ deployment, file, code: head + code }]
  })
  assert.deepEqual(steps.map(({ deployment, file }) => [deployment, file]), [['1', 'migrations/003-copy-unit.ts'], ['3', 'migrations/004-drop-unit.ts']])
  const units = async (): Promise<unknown[]> => (await stored()).map((item) => [item['unit']?.S, item['dimension']?.S])
  await project.write(steps[0]!.file, steps[0]!.code)
  await klue('klue data migrate')
  assert.deepEqual(await units(), [['ms', 'ms'], ['ms', 'ms']])
  await project.write(steps[1]!.file, steps[1]!.code)
  await klue('klue data migrate')
  assert.deepEqual(await units(), [[undefined, 'ms'], [undefined, 'ms']])
})
