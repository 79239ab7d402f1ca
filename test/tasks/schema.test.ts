// Schemas that generated code exports: their value, their types, their validators, in files and packed; and the faults of the extension.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { after, before, test } from 'node:test'
import { packApi } from '../../src/bundle/pack-api.ts'
import { checkApis, generate, readApis } from '../../src/openapi/index.ts'
import { loadSpec } from '../../src/runtime/index.ts'
import { checkStart } from '../../src/entries/index.ts'
import { findEntries, openLocalBundler } from '../../src/bundle/index.ts'
import type { ProjectFixture } from '../dev/project-fixture.ts'
import { makeTaskProject, tasksApi, tasksService } from './task-project.ts'

let project: ProjectFixture
let packed: string
before(async () => {
  project = await makeTaskProject()
  packed = mkdtempSync(join(tmpdir(), 'klue-packed-'))
  await generate(project.root)
})
after(async () => {
  rmSync(packed, { recursive: true, force: true })
  await project.remove()
})

const folder = (): string => join(project.root, 'functions', 'gen', 'jobs')

test('the generated file exports the schema as a value with the types of both sides', () => {
  const text = readFileSync(`${folder()}.ts`, 'utf8')
  assert.ok(text.includes("export const Work: Schema<WorkReceived, Work, Work> = { spec: jobs, file: 'Work' }"), text)
  assert.ok(text.includes("import { type ApiSpec, loadSpec, type Schema } from 'klue/runtime'"))
})

test('its validators complete what is given, and are the same packed', async () => {
  await packApi(folder(), packed)
  for (const place of [folder(), packed]) {
    const { input, result } = loadSpec(pathToFileURL(join(place, '/'))).value('Work')
    const value = { id: 'a' }
    assert.equal(input!(value), true)
    assert.deepEqual(value, { id: 'a', times: 1 })
    assert.equal(input!({ id: '' }), false)
    const handedOut = { id: 'a' }
    assert.equal(result!(handedOut), true)
    assert.deepEqual(handedOut, { id: 'a' }, 'a result is not completed')
  }
})

test('a change of a path leaves them as they are, and a change of the schema makes them anew', async () => {
  const before = readFileSync(join(folder(), 'values', 'Work.cjs'), 'utf8')
  await project.write('apis/jobs.yaml', tasksApi.replace('/whoami:', '/who-am-i:'))
  await generate(project.root)
  assert.equal(readFileSync(join(folder(), 'values', 'Work.cjs'), 'utf8'), before)
  assert.equal(loadSpec(pathToFileURL(join(folder(), '/'))).value('Work').input!({ id: 'a' }), true)
  await project.write('apis/jobs.yaml', tasksApi.replace('x-klue-schema: true\n      type: object\n      required: [id, times]', 'type: object\n      required: [id, times]'))
  const { removed } = await generate(project.root)
  assert.deepEqual(removed.filter((file) => file.includes('/values/')), ['functions/gen/jobs/values/Outcome.cjs'])
  await project.write('apis/jobs.yaml', tasksApi)
  await generate(project.root)
})

test('elsewhere than on a component schema, beside x-persist and with other values it is a fault with its place', async () => {
  const faults = async (from: string, to: string): Promise<string[]> => {
    assert.ok(tasksApi.includes(from))
    await project.write('apis/jobs.yaml', tasksApi.replace(from, to))
    const found = checkApis(await readApis(project.root)).map(({ code, pointer, message }) => `${code} ${pointer}: ${message}`)
    await project.write('apis/jobs.yaml', tasksApi)
    return found
  }
  assert.deepEqual(await faults('note: { type: string }', 'note: { type: string, x-klue-schema: true }'), ['extension-misplaced /components/schemas/Work/properties/note/x-klue-schema: x-klue-schema has no meaning here'])
  assert.deepEqual(await faults('Work:\n      x-klue-schema: true', 'Work:\n      x-persist: { key: id }\n      x-klue-schema: true'), ['extension-misplaced /components/schemas/Work/x-klue-schema: x-klue-schema stands beside x-persist, whose table is exported under the name of the schema'])
  assert.deepEqual(await faults('Work:\n      x-klue-schema: true', 'Work:\n      x-klue-schema: yes please'), ['extension-invalid /components/schemas/Work/x-klue-schema: x-klue-schema must be true or false, not "yes please"'])
})

test('klue check tells of wrong tasks, and of two with one name', async () => {
  const faults = async (from: string, to: string): Promise<string[]> => {
    assert.ok(tasksService.includes(from))
    await project.write('functions/jobs.ts', tasksService.replace(from, to))
    const bundler = await openLocalBundler({ root: project.root, entries: findEntries(project.root, 'jobs'), folder: join(project.root, '.klue', 'check') })
    try {
      return (await checkStart({ root: project.root, stage: undefined, modules: (await bundler.build()).modules })).map(({ code, file, pointer, message }) => `${code} ${file} ${pointer ?? ''}: ${message}`)
    } finally {
      await bundler.dispose()
    }
  }
  assert.deepEqual(await faults('tasks: Object.values(tasks)', "tasks: [...Object.values(tasks), defineTask('work', { input: Work }, () => undefined)]"), ['task-double functions/jobs.ts : two tasks have the name work'])
  assert.deepEqual(await faults("defineTask('narrow', { input: Work, concurrency: 2 }", "defineTask('narrow', { input: Work, concurrency: 0 }"), ['task-invalid functions/jobs.ts defineTask(narrow).concurrency: concurrency must be a whole number from 1 to 100, not 0'])
})
