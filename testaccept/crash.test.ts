// The crash API: every way to fail gives the one error shape. Served only where `crash_api` is set, never on a live stage.
import assert from 'node:assert/strict'
import { assertGetReturnError, assertGetReturnOk, test } from 'klue/testing'

test('an exception is 500 with its text', async () => {
  const body = await assertGetReturnError('/crash/internalexception', { status: 500, error: 'UNHANDLED_SERVER_ERROR' })
  assert.equal(body['error_description'], 'Raising an internal exception')
  assert.equal(JSON.stringify(body).includes(' at '), false)
})

test('errors keep their status and code, thrown, returned, or as a reply', async () => {
  await assertGetReturnError('/crash/klueexception', { status: 401, error: 'NON_FATAL_CUSTOM_ERROR' })
  await assertGetReturnError('/crash/returnerrorinstance', { status: 543, error: 'FATAL_CUSTOM_ERROR' })
  await assertGetReturnError('/crash/returnfatalerrorresponse', { status: 543, error: 'FATAL_CUSTOM_ERROR' })
  await assertGetReturnError('/crash/returnnonfatalerrorresponse', { status: 401, error: 'NON_FATAL_CUSTOM_ERROR' })
  await assertGetReturnError('/crash/returnerrormodel', { status: 543, error: 'ANOTHER_CUSTOM_ERROR' })
})

test('a report harms nobody', () => assertGetReturnOk('/crash/reporterror'))
