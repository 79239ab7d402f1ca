// The store of a deployed function works within the limits of its configuration.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { compileConfig } from '../../src/config/build.ts'
import { env, setConfig, setEnvironment } from '../../src/config/index.ts'
import { isHttpError } from '../../src/errors/index.ts'
import { lambdaPlatform } from '../../src/lambda/platform.ts'
import { ensureTables } from '../../src/persist/index.ts'
import { type LocalDynamo, openLocalDynamo } from '../../src/platform/local/index.ts'
import { storeDefinition } from '../../src/store/index.ts'

const names = ['LAMBDA_TASK_ROOT', 'AWS_ENDPOINT_URL_DYNAMODB', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const
const set = names.map((name) => [name, env(name)] as const)
const folder = mkdtempSync(join(tmpdir(), 'klue-store-'))
let dynamo: LocalDynamo

before(async () => {
  dynamo = await openLocalDynamo({ memory: true })
  writeFileSync(join(folder, 'klue-config.json'), JSON.stringify(compileConfig({ stage: 'test', values: { name: 'shop', login_attempts: 1 }, places: {} })))
  setEnvironment('LAMBDA_TASK_ROOT', folder)
  setEnvironment('AWS_ENDPOINT_URL_DYNAMODB', dynamo.endpoint)
  setEnvironment('AWS_ACCESS_KEY_ID', dynamo.credentials.accessKeyId)
  setEnvironment('AWS_SECRET_ACCESS_KEY', dynamo.credentials.secretAccessKey)
})
after(async () => {
  for (const [name, value] of set) setEnvironment(name, value)
  setConfig(undefined)
  rmSync(folder, { recursive: true, force: true })
  await dynamo.close()
})

test('failed log-ins are counted by login_attempts', async () => {
  const platform = lambdaPlatform()
  await ensureTables(platform.database(), [storeDefinition])
  const { users } = platform.store()
  const coded = (code: string) => (failure: unknown) => isHttpError(failure) && failure.code === code
  await assert.rejects(users.verify('ada', 'a wrong guess'), coded('CREDENTIALS_INVALID'))
  await assert.rejects(users.verify('ada', 'another guess'), coded('TOO_MANY_ATTEMPTS'))
  platform.database().close()
})
