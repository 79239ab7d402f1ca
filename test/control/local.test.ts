// A project with `control: true` on this machine: a switch that is set counts within two seconds.
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { changeSettings } from '../../src/control/index.ts'
import { openLocalProject } from '../../src/dev/index.ts'
import { makeProject } from '../dev/project-fixture.ts'

const service = `import { toLambda } from 'klue/lambda'
import { defineService } from 'klue/runtime'
import { notes } from './gen/notes.ts'
export const service = defineService({ spec: notes, handlers: { listNotes: () => [] } })
export const handler = toLambda(service)
`

test('a preempt reaches the local server, and its end too', async () => {
  const fixture = await makeProject({ 'klue-config.yaml': 'name: notes\ncontrol: true\n', 'apis/notes.yaml': "openapi: 3.0.3\ninfo: { title: Notes, version: '1' }\npaths:\n  /notes: { get: { operationId: listNotes, responses: { '200': { description: ok, content: { application/json: { schema: { type: array, items: { type: string } } } } } } } }\n", 'functions/notes.ts': service })
  const project = await openLocalProject({ root: fixture.root, inMemory: true, log: () => undefined })
  const untilStatus = async (wanted: number): Promise<void> => {
    for (;;) {
      const { status } = await project.services[0]!.answer({ method: 'GET', path: '/notes', query: '', headers: {}, sourceIp: '' })
      if (status === wanted) return
      await sleep(50)
    }
  }
  try {
    await untilStatus(200)
    await changeSettings(project.platform.database(), { operations: ['listNotes'], transient: { 'preempt.status': 503 }, who: 'ann' })
    await untilStatus(503)
    await changeSettings(project.platform.database(), { operations: ['listNotes'], transient: { preempt: null }, who: 'ann' })
    await untilStatus(200)
  } finally {
    await project.close()
    await fixture.remove()
  }
})
