// A function whose handlers end the process. Started by line.test.ts, which reads its standard output.
import { type HttpApiEvent, toLambda } from '../../src/lambda/index.ts'
import { defineService } from '../../src/runtime/index.ts'
import { apiDocument, compileApi, type LooseHandlers, operation } from '../runtime/service-fixture.ts'

const spec = await compileApi(apiDocument({ '/exit': { get: operation('exits') }, '/throw': { get: operation('throws') }, '/fine': { get: operation('fine') } }))
const handlers: LooseHandlers = {
  fine: () => ({}),
  exits: () => process.exit(3),
  throws: () => new Promise(() => {
    setImmediate(() => {
      throw new Error('nobody catches this')
    })
  }),
}
const handler = toLambda(defineService({ spec, handlers }))
const event = (rawPath: string): HttpApiEvent => ({ version: '2.0', rawPath, requestContext: { requestId: 'of-the-gateway', http: { method: 'GET' } } })
await handler(event('/fine'), { awsRequestId: 'first' })
await handler(event('/fine'), { awsRequestId: 'second' })
await handler(event(process.argv[2]!), { awsRequestId: 'third' })
