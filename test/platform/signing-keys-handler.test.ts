// The function that makes signing keys: what is missing and nothing else, and CloudFormation always hears of it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AwsFailure } from '../../src/platform/aws/index.ts'
import type { CustomResourceEvent } from '../../src/platform/aws/index.ts'
import { answerCloudFormation } from '../../src/platform/aws/signing-keys-handler.ts'

interface Played {
  /** Calls of Secrets Manager: the operation and the name. */
  calls: string[]
  made: string[]
  /** Statuses and bodies that CloudFormation was sent. */
  told: { Status: string; Reason?: string; PhysicalResourceId: string }[]
  pauses: number[]
}

interface Scene {
  /** Name of the exception that an operation ends with. */
  fails?: Record<string, string>
  deleted?: boolean
  /** Statuses of CloudFormation's answers, the last one for ever; 0: none. */
  statuses?: number[]
}

const event: CustomResourceEvent = { RequestType: 'Create', ResponseURL: 'https://bucket.example.com/x?signature=1', StackId: 'stack', RequestId: 'request', LogicalResourceId: 'Keys', ResourceProperties: { Names: ['klue/shop/live/jwt_secret'] } }

async function play(request: Partial<CustomResourceEvent>, { fails = {}, deleted = false, statuses = [200] }: Scene = {}): Promise<Played> {
  const played: Played = { calls: [], made: [], told: [], pauses: [] }
  await answerCloudFormation({ ...event, ...request }, {
    call(target, input) {
      const operation = target.replace('secretsmanager.', '')
      played.calls.push(`${operation} ${String(input['Name'] ?? input['SecretId'])}`)
      if (fails[operation] !== undefined) return Promise.reject(new AwsFailure(fails[operation], 'refused'))
      if (operation === 'CreateSecret') played.made.push(String(input['SecretString']))
      return Promise.resolve(operation === 'DescribeSecret' && deleted ? { DeletedDate: 1 } : {})
    },
    send({ method, url, headers, body }) {
      assert.deepEqual([method, url.href, headers['content-type']], ['PUT', event.ResponseURL, ''])
      played.told.push(JSON.parse(String(body)) as Played['told'][number])
      const status = statuses[Math.min(played.told.length, statuses.length) - 1]!
      return status === 0 ? Promise.reject(new Error('no answer')) : Promise.resolve({ status, headers: {}, text: '' })
    },
    pause: async (milliseconds) => void played.pauses.push(milliseconds),
  })
  return played
}

test('a missing key is made of 32 random bytes, anew for each', async () => {
  const first = await play({})
  const second = await play({ RequestType: 'Update', PhysicalResourceId: 'before' })
  assert.deepEqual(first.calls, ['CreateSecret klue/shop/live/jwt_secret'])
  assert.match(first.made[0]!, /^[\w-]{43}$/)
  assert.notEqual(first.made[0], second.made[0])
  assert.deepEqual(first.told, [{ Status: 'SUCCESS', StackId: 'stack', RequestId: 'request', LogicalResourceId: 'Keys', PhysicalResourceId: 'Keys' }])
  assert.equal(second.told[0]!.PhysicalResourceId, 'before')
  assert.ok(!JSON.stringify(first.told).includes(first.made[0]!))
})

test('a key that is there stays as it is, and one that was removed comes back', async () => {
  const there = await play({}, { fails: { CreateSecret: 'ResourceExistsException' } })
  assert.deepEqual(there.calls, ['CreateSecret klue/shop/live/jwt_secret', 'DescribeSecret klue/shop/live/jwt_secret'])
  for (const code of ['InvalidRequestException', 'ResourceExistsException']) {
    const removed = await play({}, { fails: { CreateSecret: code }, deleted: true })
    assert.equal(removed.calls.at(-1), 'RestoreSecret klue/shop/live/jwt_secret')
    assert.equal(removed.told[0]!.Status, 'SUCCESS')
  }
})

test('deleting the stack deletes no key', async () => {
  const { calls, told } = await play({ RequestType: 'Delete', PhysicalResourceId: 'Keys' })
  assert.deepEqual([calls, told[0]!.Status], [[], 'SUCCESS'])
})

test('a failure is told with its reason', async () => {
  for (const code of ['AccessDeniedException', 'InvalidRequestException']) {
    const { told } = await play({}, { fails: { CreateSecret: code } })
    assert.deepEqual([told[0]!.Status, told[0]!.Reason], ['FAILED', 'The signing keys could not be made: refused'])
  }
})

test('CloudFormation is told again where it does not take the answer, and not for ever', async () => {
  const { told, pauses } = await play({}, { statuses: [0, 503, 200] })
  assert.deepEqual([told.length, pauses], [3, [500, 1000]])
  await assert.rejects(play({}, { statuses: [500] }), /CloudFormation does not take the answer \(status 500\)/)
})
