// Every operation of the public documents answers as a mock, and its answers fit their own declarations.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mockService } from '../../src/dev/index.ts'
import { declaredReply, generateToken, openService } from '../../src/runtime/edge.ts'
import { defineService } from '../../src/runtime/index.ts'
import { run } from '../../src/runtime/input/validate.ts'
import { listOperations, type SecurityScheme } from '../../src/openapi/index.ts'
import { testPlatform } from '../runtime/service-fixture.ts'
import { type CorpusDocument, documentFiles, openDocument } from './documents.ts'
import { spokenRequests, writeRequest } from './requests.ts'

for (const file of documentFiles) {
  test(file, async (t) => {
    const document = await openDocument(file)
    const { answered, misfits, requests } = await askAll(document)
    t.diagnostic(`${document.name}: ${answered} of ${requests} requests answered`)
    assert.ok(answered >= requests * 0.9)
    assert.deepEqual(misfits, [])
  })
}

async function askAll({ api, spec }: CorpusDocument): Promise<{ answered: number; requests: number; misfits: string[] }> {
  const platform = testPlatform()
  const service = mockService(defineService({ spec, handlers: {} as never }), { documents: new Map([[spec.table.api, api]]), seed: 1 })
  const { answer } = openService(service, platform)
  const token = await generateToken(platform, 'ada')
  const schemes = Object.values(spec.table.securitySchemes)
  const misfits: string[] = []
  let answered = 0
  let requests = 0
  for (const [index, raw] of listOperations(api).entries()) {
    const operation = spec.table.operations[index]!
    const [fitting] = spokenRequests(api, raw)
    const written = writeRequest(operation, fitting!)
    requests += 1
    const response = await answer({ ...written, method: operation.method, sourceIp: '', headers: { ...written.headers, ...credentials(schemes, token) }, query: withKeys(written.query, schemes), ...(written.body === undefined ? {} : { body: Buffer.from(written.body) }) } as never)
    // Samples that do not fit their own schema are counted by the comparison with openapi-backend.
    if ([400, 404, 415].includes(response.status)) continue
    answered += 1
    const declared = declaredReply(operation, response.status)
    const media = (response.headers['content-type'] ?? '').split(';', 1)[0]!
    const validator = declared === undefined ? undefined : spec.reply(operation).replies[declared.status]?.[media]
    if (response.status >= 500 || declared === undefined) misfits.push(`${operation.id} ${response.status} ${String(response.body).slice(0, 200)}`)
    else if (validator !== undefined && media.includes('json')) for (const fault of run(validator, JSON.parse(String(response.body)), '').slice(0, 1)) misfits.push(`${operation.id} ${fault.pointer} ${fault.message}`)
  }
  return { answered, misfits, requests }
}

function credentials(schemes: SecurityScheme[], token: string): Record<string, string> {
  const keys = schemes.flatMap((scheme) => (scheme.kind === 'apiKey' && scheme.in === 'header' ? [[scheme.name.toLowerCase(), 'key']] : []))
  const basic = `Basic ${Buffer.from('ada:secret').toString('base64')}`
  return { authorization: schemes.some(({ kind }) => kind === 'basic') ? basic : `Bearer ${token}`, ...(Object.fromEntries(keys) as Record<string, string>) }
}

function withKeys(query: string, schemes: SecurityScheme[]): string {
  const keys = schemes.flatMap((scheme) => (scheme.kind === 'apiKey' && scheme.in === 'query' ? [`${encodeURIComponent(scheme.name)}=key`] : []))
  return [query, ...keys].filter((part) => part !== '').join('&')
}
