// A client that loads its sending part with its first call says then what createClient says at once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isUsageError } from '../../src/errors/index.ts'
import { lazyClient } from '../../src/client/lazy-client.ts'
import { createClient } from '../../src/client/index.ts'
import { json, serve, things } from './things.ts'

const wrong = [{ url: 'no address' }, { url: 'ftp://example.com' }, { url: '' }]

test('an address that is missing or wrong rejects each call with the sentence of createClient, and nothing else', async () => {
  for (const options of wrong) {
    const sentences: string[] = []
    assert.throws(() => createClient(things, options), (error) => isUsageError(error) && sentences.push(error.message) > 0)
    const client = lazyClient(things, options)
    for (const call of [() => client.listThings(), () => client.getThing({ path: { id: 'a' } })]) {
      await assert.rejects(call, (error) => isUsageError(error) && error.message === sentences[0])
    }
  }
})

test('a client with other options is one of its own: a wrong address of the first harms it not', async () => {
  await using server = await serve((_request, response) => json(response, 200, [{ id: 'a' }]))
  const client = lazyClient(things, { url: 'no address' })
  await assert.rejects(client.listThings(), isUsageError)
  assert.deepEqual(await client.$with({ url: server.url }).listThings(), [{ id: 'a' }])
})
