// Every command that asks something of AWS tells in one sentence what is wrong with credentials, permissions, region or network; never with a stack.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { commands } from '../../src/cli/commands.ts'
import { runCommandLine } from '../../src/cli/run.ts'
import { anyAwsFault, awsFault } from '../../src/deploy/aws-faults.ts'
import { type AwsReply, type AwsServer, refusal, startAwsServer } from '../platform/aws-server.ts'
import { klue as klueProcess } from './klue-process.ts'

const root = mkdtempSync(join(tmpdir(), 'klue-aws-sentences-'))
const denial = 'User: arn:aws:iam::123456789012:user/x is not authorized to perform: dynamodb:Query on resource: arn:aws:dynamodb:eu-central-1:123456789012:table/t because no identity-based policy allows it'
let server: AwsServer
let reply: () => AwsReply = () => 'hang up'
const variables = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key', AWS_REGION: 'eu-central-1', AWS_CONFIG_FILE: join(root, 'none'), AWS_SHARED_CREDENTIALS_FILE: join(root, 'none'), AWS_EC2_METADATA_DISABLED: 'true' }
const outside: Record<string, string | undefined> = {}

before(async () => {
  writeFileSync(join(root, 'klue-config.yaml'), 'name: shop\nlive_host: shop.test\n')
  writeFileSync(join(root, 'cdk.json'), '{ "app": "node -e 0" }')
  mkdirSync(join(root, 'functions'))
  writeFileSync(join(root, 'functions/shop.ts'), "import { toLambda } from 'klue/lambda'\n")
  writeFileSync(join(root, '.gitignore'), 'node_modules\n.klue\n')
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'))
  execFileSync('git', ['init', '-q'], { cwd: root })
  execFileSync('git', ['add', '.'], { cwd: root })
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.test', 'commit', '-q', '-m', 'Begin'], { cwd: root })
  server = await startAwsServer((seen) => (seen.text.includes('GetCallerIdentity') ? { text: '' } : reply()))
  for (const [name, value] of Object.entries({ ...variables, AWS_ENDPOINT_URL: server.url, AWS_PROFILE: undefined })) {
    outside[name] = process.env[name]
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
})
after(async () => {
  await server.close()
  for (const [name, value] of Object.entries(outside)) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
  rmSync(root, { recursive: true, force: true })
})

async function klue(words: string[]): Promise<{ code: number; printed: string }> {
  const lines: string[] = []
  const add = (text: unknown): void => void lines.push(typeof text === 'string' ? text : JSON.stringify(text))
  const code = await runCommandLine({ root, words: [...words, '--stage', 'ann'], commands, output: { hasColor: false, print: add, printJson: add, printError: add } })
  return { code, printed: lines.join('\n') }
}

const asking: string[][] = [
  ['logs'], ['stats'], ['incidents', 'list'], ['user', 'list'], ['user', 'remove', 'ann'], ['versions'], ['deploy', '--yes'], ['rollback', '--yes'], ['remove', '--yes'], ['ingest', 'redrive'], ['token'], ['secret', 'list'], ['replay', '01ARZ3NDEKTSV4RRFFQ69G5FAV', '--url', 'http://127.0.0.1:1'],
]

const answers: [string, () => AwsReply, RegExp][] = [
  ['expired credentials', () => refusal('ExpiredTokenException', 'The security token included in the request is expired'), /AWS does not accept the credentials with which to .* \(ExpiredTokenException\).*log in again/],
  ['a refusal', () => refusal('AccessDeniedException', denial), /these AWS credentials may not .*: dynamodb:Query is not allowed/],
]

for (const [name, answer, sentence] of answers) {
  for (const words of asking) {
    test(`klue ${words.join(' ')} with ${name}`, async () => {
      reply = answer
      const { code, printed } = await klue(words)
      assert.notEqual(code, 0, printed)
      assert.match(printed.replaceAll('\n', ' '), sentence)
      assert.doesNotMatch(printed, /^\s+at /m)
    })
  }
}

test('klue cost says why it assumes', async () => {
  reply = () => refusal('UnrecognizedClientException', 'The security token included in the request is invalid.')
  const { code, printed } = await klue(['cost'])
  assert.equal(code, 0, printed)
  assert.match(printed, /cannot be read, so it is assumed: AWS does not accept the credentials with which to read what was measured/)
})

for (const [name, answer, sentence] of [
  ['a service that is asked too much', () => refusal('ThrottlingException'), /AWS is asked too much at the moment to run "klue logs"/],
  ['a failure of AWS', () => ({ status: 500, body: { __type: 'InternalServerError' } }), /AWS itself failed to run "klue logs"/],
  ['a connection that ends', () => 'hang up' as const, /AWS did not answer when trying to run "klue logs" \((ECONNRESET|TimeoutError)\)/],
  ['a wrong signature', () => refusal('InvalidSignatureException'), /does not accept the credentials.*clock/],
  ['a stage that was never deployed', () => refusal('ResourceNotFoundException', 'Requested resource not found'), /there are no tables with which to run "klue logs" \(deploy the stage first/],
  ['something that nobody has met', () => refusal('SomethingNewException', 'one line\nand more'), /AWS did not run "klue logs": SomethingNewException: one line \(/],
] as [string, () => AwsReply, RegExp][]) {
  test(`klue logs with ${name}`, async () => {
    reply = answer
    const { code, printed } = await klue(['logs'])
    assert.deepEqual([code, sentence.test(printed.replaceAll('\n', ' '))], [1, true], printed)
    assert.doesNotMatch(printed, /^\s+at /m)
  })
}

test('--json tells the same as a fault', async () => {
  reply = answers[1]![1]
  const { printed } = await klue(['logs', '--json'])
  assert.equal((JSON.parse(printed) as { faults: { code: string }[] }).faults[0]?.code, 'aws-access-denied')
})

for (const [name, env, sentence] of [
  ['no credentials', { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }, /^klue: there are no AWS credentials with which to run "klue \w+".*aws sso login/],
  ['a profile that does not exist', { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_PROFILE: 'nobody' }, /^klue: there are no AWS credentials with which to run "klue \w+": the profile nobody gives none/],
  ['no region', { AWS_REGION: '' }, /^klue: aws_default_region: no region is known in which to run "klue \w+"/],
  ['an address where nobody answers', { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }, /^klue: AWS did not answer when trying to run "klue \w+" \(ECONNREFUSED\)/],
] as [string, Record<string, string>, RegExp][]) {
  for (const command of ['logs', 'stats']) {
    test(`klue ${command} with ${name}`, async () => {
      const { code, stderr } = await klueProcess(root, [command, '--stage', 'ann'], { env: { ...variables, AWS_ENDPOINT_URL: '', AWS_PROFILE: '', ...env } })
      assert.match(stderr, sentence)
      assert.equal(code, 1)
      assert.equal(stderr.trimEnd().split('\n').length, 1, stderr)
    })
  }
}

for (const [name, env, sentence] of [
  ['an address that is no URL', { AWS_ENDPOINT_URL: 'notaurl' }, /^klue: the address at which to .* is no URL \(correct AWS_ENDPOINT_URL/],
  ['a file of a token that is not there', { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_ENDPOINT_URL: '', AWS_WEB_IDENTITY_TOKEN_FILE: join(root, 'none'), AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/x' }, /^klue: .*ENOENT.* open '.*none'/],
] as [string, Record<string, string>, RegExp][]) {
  for (const words of [['logs'], ['secret', 'list']]) {
    test(`klue ${words.join(' ')} with ${name}`, async () => {
      const { code, stderr } = await klueProcess(root, [...words, '--stage', 'ann'], { env: { ...variables, AWS_PROFILE: '', ...env } })
      assert.match(stderr, sentence)
      assert.deepEqual([code, stderr.trimEnd().split('\n').length], [1, 1], stderr)
    })
  }
}

test('what is no error of AWS stays what it is', () => {
  for (const error of [new TypeError('x is undefined'), Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'text', undefined, null]) assert.equal(anyAwsFault(error, 'see'), undefined)
  assert.equal(awsFault(new TypeError('x'), 'see'), undefined)
  const circle = new Error('one', { cause: new Error('two') })
  ;(circle.cause as Error).cause = circle
  assert.equal(anyAwsFault(circle, 'see'), undefined)
})
