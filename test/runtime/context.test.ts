// The context of a handler: all of it is there for whoever takes it apart or copies it, and signals come as they are asked for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Interruption } from '../../src/runtime/exchange/interruption.ts'
import { apiDocument, compileApi, type LooseHandlers, open, operation } from './service-fixture.ts'

const spec = await compileApi(apiDocument({ '/copy': { get: operation('copy') }, '/parts': { get: operation('parts') } }))

test('a copy of the context, and its parts on their own, are as good as itself', async () => {
  const handlers: LooseHandlers = {
    copy: (_input, context) => {
      const copy = { ...context }
      copy.log.warn('from the copy')
      return { same: copy.signal === context.signal && copy.log === context.log, names: ['operationId', 'callId', 'endsAt', 'config', 'table', 'client', 'metric', 'users'].filter((name) => !(name in copy)) }
    },
    parts: (_input, { signal, log, operationId }) => {
      log.warn('from a part')
      return { aborted: signal.aborted, operationId }
    },
  }
  const { send, log } = open({ spec, handlers })
  assert.deepEqual((await send('GET /copy')).json, { same: true, names: [] })
  assert.deepEqual((await send('GET /parts')).json, { aborted: false, operationId: 'parts' })
  assert.deepEqual(log.filter(({ kind }) => kind === 'request').map(({ level, trace }) => [level, (trace as { name: string }[])[0]!.name]), [['warn', 'from the copy'], ['warn', 'from a part']])
})

test('a request is ended once; a signal that is asked for later says the same', () => {
  const interruption = new Interruption()
  const told: string[] = []
  interruption.watch((reason) => void told.push(reason.message))
  interruption.throwIfEnded()
  interruption.end(new Error('first'))
  interruption.end(new Error('second'))
  assert.deepEqual(told, ['first'])
  assert.throws(() => interruption.throwIfEnded(), /first/)
  assert.deepEqual([interruption.signal.aborted, (interruption.signal.reason as Error).message], [true, 'first'])
})

test('a signal that was asked for before aborts with the request, and nobody is told who does not watch any more', () => {
  const interruption = new Interruption()
  const { signal } = interruption
  interruption.watch(() => assert.fail('not watched'))
  interruption.watch(undefined)
  assert.equal(signal.aborted, false)
  interruption.end(new Error('over'))
  assert.deepEqual([signal.aborted, signal === interruption.signal], [true, true])
})
