// Routes that fail, each in another way, to try out error handling and reports on a running service.
import { defineError } from '../errors/index.ts'
import { reply } from './exchange/reply.ts'
import type { RawHandler } from './service.ts'

const FATAL_CUSTOM_ERROR = defineError('FATAL_CUSTOM_ERROR', 543, 'endpoint returns an Error instance')
const NON_FATAL_CUSTOM_ERROR = defineError('NON_FATAL_CUSTOM_ERROR', 401, 'Raising a non-fatal custom error')

/** By their path. */
export const crashes: Readonly<Record<string, RawHandler>> = {
  '/crash/internalexception': () => {
    throw new Error('Raising an internal exception')
  },
  '/crash/klueexception': () => {
    throw NON_FATAL_CUSTOM_ERROR()
  },
  '/crash/reporterror': (_input, context) => {
    context.reportError('called crash/reporterror to test error reporting')
    return {}
  },
  '/crash/slowcall': async (_input, context) => {
    await process.getBuiltinModule('node:timers/promises').setTimeout(6000, undefined, { signal: context.signal })
    return {}
  },
  '/crash/returnerrorinstance': () => FATAL_CUSTOM_ERROR(),
  '/crash/returnfatalerrorresponse': () => reply(543, FATAL_CUSTOM_ERROR('endpoint returns an Error response').toBody()),
  '/crash/returnnonfatalerrorresponse': () => reply(401, NON_FATAL_CUSTOM_ERROR('endpoint returns a non-fatal Error response').toBody()),
  '/crash/returnerrormodel': () => ({ status: 543, error: 'ANOTHER_CUSTOM_ERROR', error_description: 'Testing error model' }),
}
