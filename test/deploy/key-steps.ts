// Idempotency keys on the deployed reference service: the same measurement sent twice is one.
import assert from 'node:assert/strict'

/** Sends a measurement twice with one key, then another one with it, and one without. */
export async function tryKeys({ url, token }: { url: string; token: string }): Promise<void> {
  const place = `${url}/jobs/keys/metrics/sent-twice/measurements`
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  const send = (value: number, key?: string): Promise<Response> => fetch(place, { method: 'POST', headers: { ...headers, ...(key === undefined ? {} : { 'idempotency-key': key }) }, body: JSON.stringify({ value }) })
  const key = globalThis.crypto.randomUUID()
  const [first, second] = [await send(1, key), await send(1, `"${key}"`)]
  assert.deepEqual([first.status, second.status, first.headers.get('idempotent-replayed'), second.headers.get('idempotent-replayed')], [201, 201, null, 'true'])
  const made = await first.text()
  assert.equal(await second.text(), made)
  assert.equal(second.headers.get('location'), first.headers.get('location'))
  const other = await send(2, key)
  assert.deepEqual([other.status, ((await other.json()) as { error: string }).error], [422, 'IDEMPOTENCY_KEY_REUSED'])
  // At the same time one runs; the others wait for it or hear its answer.
  const crowd = await Promise.all(Array.from({ length: 8 }, () => send(3, 'a-crowd')))
  for (const { status } of crowd) assert.ok([201, 409].includes(status), String(status))
  const answers = new Set(await Promise.all(crowd.filter(({ status }) => status === 201).map((answer) => answer.text())))
  assert.equal(answers.size, 1)
  await send(4)
  const listed = (await (await fetch(`${url}/jobs/keys/measurements`, { headers })).json()) as { measurements: { id: string; value: number }[] }
  assert.deepEqual(listed.measurements.map(({ value }) => value).sort(), [1, 3, 4])
  assert.ok(listed.measurements.some(({ id }) => id === (JSON.parse(made) as { id: string }).id))
}
