// The life of a secret in a function: read once, renewed beside the requests, kept while it cannot be read.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AwsFailure, awsSecrets, type AwsSecrets } from '../../src/platform/aws/index.ts'

interface Scene {
  secrets: AwsSecrets
  /** What Secrets Manager holds; a failure is thrown. */
  held: Map<string, string | AwsFailure>
  asked: string[]
  warnings: string[]
  /** Seconds from the start. */
  at(seconds: number): void
  /** Lets what runs in the background finish. */
  settle(): Promise<void>
}

function scene(held: Record<string, string | AwsFailure>, names: string[] = []): Scene {
  const kept = new Map(Object.entries(held))
  const [asked, warnings]: [string[], string[]] = [[], []]
  let time = 1_000_000
  const secrets = awsSecrets({
    prefix: 'klue/shop/live/',
    names,
    now: () => time,
    warn: (name, code) => void warnings.push(`${name} ${code}`),
    async call(target, { SecretId: id }) {
      asked.push(String(id))
      assert.equal(target, 'secretsmanager.GetSecretValue')
      const value = kept.get(String(id).replace('klue/shop/live/', '')) ?? new AwsFailure('ResourceNotFoundException', 'none')
      if (value instanceof AwsFailure) throw value
      return { SecretString: value }
    },
  })
  return { secrets, held: kept, asked, warnings, at: (seconds) => (time = 1_000_000 + seconds * 1000), settle: () => new Promise((resolve) => setImmediate(resolve)) }
}

const unreachable = new AwsFailure('Unreachable', 'no')

test('named secrets are read at once, others when they are asked for, each once', async () => {
  const { secrets, asked, settle } = scene({ A: 'a', B: 'b' }, ['A'])
  await settle()
  assert.deepEqual(asked, ['klue/shop/live/A'])
  assert.deepEqual(await Promise.all([secrets.get('A'), secrets.get('B'), secrets.get('B')]), ['a', 'b', 'b'])
  assert.deepEqual(asked, ['klue/shop/live/A', 'klue/shop/live/B'])
})

test('a value younger than four minutes comes from memory, an older one is renewed beside the request', async () => {
  const { secrets, held, asked, at, settle } = scene({ A: 'old' })
  assert.equal(await secrets.get('A'), 'old')
  held.set('A', 'new')
  at(239)
  assert.equal(await secrets.get('A'), 'old')
  assert.equal(asked.length, 1)
  at(241)
  assert.equal(await secrets.get('A'), 'old')
  await settle()
  assert.equal(await secrets.get('A'), 'new')
  assert.equal(asked.length, 2)
})

test('a value older than five minutes is read again first', async () => {
  const { secrets, held, at } = scene({ A: 'old' })
  await secrets.get('A')
  held.set('A', 'new')
  at(301)
  assert.deepEqual(await Promise.all([secrets.get('A'), secrets.get('A')]), ['new', 'new'])
})

test('while it cannot be renewed, the known value serves for half an hour, with one warning', async () => {
  const { secrets, held, asked, warnings, at } = scene({ A: 'known' })
  await secrets.get('A')
  held.set('A', unreachable)
  at(301)
  assert.equal(await secrets.get('A'), 'known')
  assert.equal(await secrets.get('A'), 'known')
  assert.equal(asked.length, 2, 'a failed reading rests')
  at(320)
  assert.equal(await secrets.get('A'), 'known')
  assert.equal(asked.length, 3)
  assert.deepEqual(warnings, ['A Unreachable'])
  at(1801)
  await assert.rejects(secrets.get('A'), unreachable)
  held.set('A', 'back')
  assert.equal(await secrets.get('A'), 'back')
  held.set('A', unreachable)
  at(2200)
  assert.equal(await secrets.get('A'), 'back')
  assert.deepEqual(warnings, ['A Unreachable', 'A Unreachable'])
})

test('a secret that is missing is asked for again after a while, one that was removed ends', async () => {
  const { secrets, held, asked, at } = scene({}, ['A'])
  assert.equal(await secrets.get('A'), undefined)
  assert.equal(await secrets.get('A'), undefined)
  assert.equal(asked.length, 1)
  held.set('A', 'made')
  at(11)
  assert.equal(await secrets.get('A'), 'made')
  held.set('A', new AwsFailure('InvalidRequestException', 'marked for deletion'))
  at(320)
  assert.equal(await secrets.get('A'), undefined)
})

test('what was never read is a failure, and read with the next request', async () => {
  const { secrets, held, settle, warnings } = scene({ A: unreachable }, ['A'])
  await settle()
  await assert.rejects(secrets.get('A'), unreachable)
  held.set('A', 'there')
  assert.equal(await secrets.get('A'), 'there')
  assert.deepEqual(warnings, [])
})
