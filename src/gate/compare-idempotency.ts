// Compares what operations promise to callers who send a request twice.
import { idempotencyOf, type IdempotencySettings, isObject, type RawOperation } from '../openapi/index.ts'
import type { Finding } from './change.ts'

type Told = Omit<Finding, 'pointer'>

/** What changed in x-klue-idempotency. */
export function compareIdempotency({ before, after }: { before: RawOperation; after: RawOperation }): Told[] {
  const [was, is] = [idempotencyOf(before.value), idempotencyOf(after.value)]
  if (was === undefined && is === undefined) return []
  if (was === undefined) return is!.required ? [{ rule: 'idempotency-required', breaking: true, text: 'it wants an idempotency key now; callers that send none are refused' }] : [{ rule: 'idempotency-added', breaking: false, text: 'it takes an idempotency key now; no caller breaks' }]
  if (is === undefined) return [{ rule: 'idempotency-removed', breaking: true, text: 'idempotency keys have no effect any more; what callers send twice runs twice' }]
  return [...compareNeed(was, is), ...comparePlace(was, is), ...compareCallers(was, is)]
}

/** An operation without the header that its published document has because of x-klue-idempotency, which is compared by itself. */
export function withoutKeyHeader(operation: RawOperation): RawOperation {
  if (idempotencyOf(operation.value) === undefined) return operation
  return { ...operation, parameters: operation.parameters.filter(({ value }) => !(isObject(value) && value['in'] === 'header' && String(value['name']).toLowerCase() === 'idempotency-key')) }
}

function compareNeed(was: IdempotencySettings, is: IdempotencySettings): Told[] {
  const told: Told[] = []
  if (!was.required && is.required) told.push({ rule: 'idempotency-required', breaking: true, text: 'its idempotency key is required now; callers that send none are refused' })
  if (was.required && !is.required) told.push({ rule: 'idempotency-optional', breaking: false, text: 'its idempotency key is optional now; no caller breaks' })
  if (is.ttlSeconds < was.ttlSeconds) told.push({ rule: 'idempotency-shortened', breaking: true, text: `its idempotency keys are known for ${is.ttlSeconds} seconds instead of ${was.ttlSeconds}; what callers send again later runs twice` })
  if (is.ttlSeconds > was.ttlSeconds) told.push({ rule: 'idempotency-lengthened', breaking: false, text: `its idempotency keys are known for ${is.ttlSeconds} seconds instead of ${was.ttlSeconds}; no caller breaks` })
  return told
}

function comparePlace(was: IdempotencySettings, is: IdempotencySettings): Told[] {
  const told: Told[] = []
  const place = ({ pointer }: IdempotencySettings): string => (pointer === undefined ? 'the header Idempotency-Key' : `${pointer} of the body`)
  if (was.pointer !== is.pointer) told.push({ rule: 'idempotency-key-moved', breaking: true, text: `its idempotency key lies in ${place(is)} instead of ${place(was)}; callers that send it the old way are refused, or run twice` })
  const more = (is.headers ?? []).filter((name) => was.headers?.includes(name) !== true)
  const fewer = (was.headers ?? []).filter((name) => is.headers?.includes(name) !== true)
  if (more.length > 0) told.push({ rule: 'idempotency-compared-more', breaking: true, text: `requests with the same key must share ${more.join(', ')} too; callers that change that get 422` })
  if (fewer.length > 0) told.push({ rule: 'idempotency-compared-less', breaking: false, text: `requests with the same key may differ in ${fewer.join(', ')}; no caller breaks` })
  return told
}

function compareCallers(was: IdempotencySettings, is: IdempotencySettings): Told[] {
  const told: Told[] = []
  if (was.anonymous === true && is.anonymous !== true) told.push({ rule: 'idempotency-anonymous-refused', breaking: true, text: 'keys of callers whom nobody knows are refused now' })
  if (was.anonymous !== true && is.anonymous === true) told.push({ rule: 'idempotency-anonymous-allowed', breaking: false, text: 'callers whom nobody knows may use keys too; no caller breaks' })
  if (was.refuses === true && is.refuses !== true) told.push({ rule: 'idempotency-takes-over', breaking: true, text: 'a request whose outcome is not known runs again; callers that rely on the refusal may cause an effect twice' })
  if (was.refuses !== true && is.refuses === true) told.push({ rule: 'idempotency-refuses', breaking: false, text: 'a request whose outcome is not known is answered with 409 OUTCOME_UNKNOWN instead of being run again; no caller breaks' })
  return told
}
