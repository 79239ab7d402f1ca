// The end of a CDK app: one line for each fault, and a code that stops the CDK.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, mock, test } from 'node:test'
import { App, Stack } from 'aws-cdk-lib'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { loadConfig } from '../../src/config/build.ts'
import { setEnvironment } from '../../src/config/index.ts'
import { synthChecked } from '../../src/infra/index.ts'
import { startSecretsManager } from '../deployment/fake-secrets-manager.ts'

const root = mkdtempSync(join(tmpdir(), 'klue-synth-checked-'))
const variables = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key', CDK_DEFAULT_ACCOUNT: '123456789012', CDK_DEFAULT_REGION: 'eu-central-1', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' }

afterEach(() => {
  mock.restoreAll()
  for (const name of [...Object.keys(variables), 'AWS_ENDPOINT_URL']) setEnvironment(name, undefined)
})
after(() => rmSync(root, { recursive: true, force: true }))

async function synth(context: Record<string, string> = {}): Promise<{ lines: string; code: string | number | null | undefined }> {
  writeFileSync(join(root, 'klue-config.yaml'), 'name: shop\nenv_secrets: [OWN_SECRET]\nown_key: OWN_SECRET\n')
  const app = new App({ outdir: join(root, 'cdk.out'), context })
  const stack = new Stack(app, 'shop-dev')
  new Queue(stack, 'Queue')
  let lines = ''
  const written = mock.method(process.stderr, 'write', (text: string) => ((lines += text), true))
  await synthChecked(app, { loaded: loadConfig({ root, stage: 'dev', env: {}, unset: 'leave out' }) })
  written.mock.restore()
  const { exitCode: code } = process
  process.exitCode = undefined
  return { lines, code }
}

test('without an account the stacks are made, and one line says that nothing was looked at', async () => {
  const { lines, code } = await synth()
  assert.deepEqual([lines.trim().split('\n').length, code], [1, undefined])
  assert.match(lines, /^klue: There is no AWS account to look at/)
})

test('a fault is one line and code 1, and may be left aside', async () => {
  const notThere = { status: 400, text: '<ErrorResponse><Error><Code>ValidationError</Code><Message>no</Message></Error></ErrorResponse>' }
  const server = await startSecretsManager(({ text }) => (text.startsWith('Action=') ? notThere : undefined))
  try {
    for (const [name, value] of Object.entries({ ...variables, AWS_ENDPOINT_URL: server.url })) setEnvironment(name, value)
    assert.deepEqual(await synth(), { lines: 'klue: klue-config.yaml own_key: the stage dev needs the secret OWN_SECRET, and it is not set (klue secret set OWN_SECRET --stage dev)\nklue: nothing is deployed like this; -c preflight=off leaves these checks out, for example for cdk destroy\n', code: 1 })
    assert.deepEqual(await synth({ preflight: 'off' }), { lines: '', code: undefined })
    server.kept.set('klue/shop/dev/OWN_SECRET', { value: 'x', changed: 1_780_000_000 })
    assert.deepEqual(await synth(), { lines: '', code: undefined })
  } finally {
    await server.close()
  }
})
