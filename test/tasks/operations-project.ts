// A project whose operations run as tasks, each in another way.
import { makeProject, type ProjectFixture } from '../dev/project-fixture.ts'

export const reportsApi = `openapi: 3.0.3
info: { title: Reports, version: 1.0.0 }
paths:
  /reports/{kind}:
    post:
      operationId: makeReport
      x-klue-task: true
      security: [{ bearer: [] }]
      parameters:
        - { name: kind, in: path, required: true, schema: { type: string } }
        - { name: pages, in: query, schema: { type: integer, default: 3 } }
        - { name: X-Mark, in: header, schema: { type: string } }
      requestBody:
        required: true
        content: { application/json: { schema: { type: object, required: [title], additionalProperties: false, properties: { title: { type: string }, password: { type: string } } } } }
      responses:
        '201': { description: made, headers: { X-Pages: { schema: { type: string } } }, content: { application/json: { schema: { $ref: '#/components/schemas/Report' } } } }
        '409': { description: another is being made, content: { application/json: { schema: { type: object, required: [wait], properties: { wait: { type: integer } } } } } }
  /open:
    put:
      operationId: openReport
      x-klue-task: { attempts: 3, envelope: _task }
      requestBody: { content: { text/plain: { schema: { type: string } } } }
      responses: { '200': { description: made, content: { text/plain: { schema: { type: string } } } } }
  /keyed:
    post:
      operationId: keyedReport
      x-klue-task: true
      security: [{ key: [] }]
      responses: { '204': { description: done } }
  /paid:
    post:
      operationId: paidReport
      x-klue-task: true
      x-klue-idempotency: required
      security: [{ bearer: [] }]
      responses: { '204': { description: done } }
  /plain:
    get:
      operationId: plain
      responses: { '200': { description: ok, content: { application/json: { schema: { type: object } } } } }
components:
  securitySchemes: { bearer: { type: http, scheme: bearer }, key: { type: apiKey, in: query, name: api_key } }
  schemas:
    Report: { type: object, required: [title, pages], properties: { title: { type: string }, pages: { type: integer }, by: { type: string } } }
`

/** Its handlers ask `globalThis.reportHooks` what to do. */
export const reportsService = `import { toLambda } from 'klue/lambda'
import { defineError, defineService, reply } from 'klue/runtime'
import { reports } from './gen/reports.ts'

const hooks = (globalThis.reportHooks ??= {})
const NO_SUCH_KIND = defineError('NO_SUCH_KIND', 404, 'There is no such kind of report')

export const service = defineService({
  spec: reports,
  handlers: {
    makeReport: async ({ path, query, headers, body, raw }, context) => {
      await hooks.makeReport?.({ path, query, headers, body, raw }, context)
      if (path.kind === 'none') throw NO_SUCH_KIND()
      if (path.kind === 'broken') throw new Error('the printer burns')
      if (path.kind === 'busy') return reply(409, { wait: 7 })
      return reply(201, { title: body.title, pages: query.pages, by: context.user.id }, { headers: { 'x-pages': String(query.pages) }, cookies: ['a=b'] })
    },
    openReport: async ({ body }, context) => {
      await hooks.openReport?.(body, context)
      return 'report on ' + body
    },
    keyedReport: () => hooks.keyedReport?.(),
    paidReport: async (_input, context) => { await context.once('pay', () => hooks.paidReport?.()) },
    plain: () => ({}),
  },
  security: { key: ({ key }) => key.startsWith('good') },
})
export const handler = toLambda(service)
`

export async function makeReportsProject(files: Record<string, string> = {}): Promise<ProjectFixture> {
  const project = await makeProject({ 'klue-config.yaml': 'name: reports\njwt_issuer: reports\n', 'apis/reports.yaml': reportsApi, 'functions/reports.ts': reportsService, ...files })
  await project.delete('apis/notes.yaml')
  await project.delete('functions/notes.ts')
  return project
}
