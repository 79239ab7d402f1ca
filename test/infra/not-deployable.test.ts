// Operations that are tasks, and schedules, are not deployed as long as nothing in the account runs them.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { loadConfig } from '../../src/config/build.ts'
import { bundleEntries } from '../../src/infra/bundle-entries.ts'
import { generate } from '../../src/openapi/index.ts'
import { makeReportsProject } from '../tasks/operations-project.ts'

test('each is refused with its name and file', async () => {
  const schedule = "const often = defineSchedule('often', { every: '1h', input: [] }, later)\n\nexport const service = defineService({\n  tasks: [later],\n  schedules: [often],"
  const { root, read, write, remove } = await withReader()
  after(remove)
  await write('functions/reports.ts', (await read('functions/reports.ts')).replace('import { defineError,', 'import { asyncTask, defineSchedule, defineError,').replace('export const service = defineService({', `const later = asyncTask(() => undefined, { name: 'later' })\n${schedule}`))
  await generate(root)
  await assert.rejects(bundleEntries({ root, entries: ['functions/reports.ts'], folder: `${root}/out`, loaded: loadConfig({ root, stage: 'dev', env: {}, unset: 'leave out' }) }), (error: { faults?: { code: string; file: string; message: string }[] }) => {
    const told = (error.faults ?? []).map(({ code, file, message }) => `${code} ${file} ${/(?:operation|schedule) (\w+)/.exec(message)?.[1]}`)
    for (const one of ['task-undeployable apis/reports.yaml makeReport', 'task-undeployable apis/reports.yaml keyedReport', 'schedule-undeployable functions/reports.ts often', 'schedule-undeployable klue-config.yaml nightly']) assert.ok(told.includes(one), `${one} in ${told.join('; ')}`)
    return true
  })
})

async function withReader(): Promise<{ root: string; read(file: string): Promise<string>; write(file: string, text: string): Promise<void>; remove(): Promise<void> }> {
  const project = await makeReportsProject({ 'klue-config.yaml': 'name: reports\nschedules:\n  nightly: { task: later, cron: 0 3 * * * }\n' })
  const { readFile } = await import('node:fs/promises')
  return { root: project.root, read: (file) => readFile(`${project.root}/${file}`, 'utf8'), write: (file, text) => project.write(file, text).then(() => undefined), remove: () => project.remove() }
}
