// A service that klue init made, with the package as npm installs it: deployed, and its suite run against what is deployed.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { packKit } from '../package/pack.ts'
import { type Cloud, startCloud } from './cloud.ts'
import { addresses, bootstrap } from './commands.ts'
import { runGuarded } from './guarded.ts'
import { inOrder } from './in-order.ts'

const stage = 'trial'
const user = { name: 'ann', password: randomBytes(12).toString('hex') }

let cloud: Cloud
let tarball: string
let project: string
let url: string

before(async () => {
  cloud = await startCloud('own-project')
  project = join(cloud.folder, 'my-service')
})
after(() => cloud.stop())

const step = inOrder(() => cloud)

/** A command as a user types it; fails where it fails. */
async function type(command: string, words: readonly string[], { cwd = project, input, env = {} }: { cwd?: string; input?: string; env?: Record<string, string> } = {}): Promise<string> {
  const log = join(cloud.logs, `${command}.log`)
  const before = existsSync(log) ? readFileSync(log).length : 0
  const inputFile = join(cloud.folder, 'input.txt')
  writeFileSync(inputFile, input ?? '')
  // What npm has downloaded before it need not download again.
  const cache = execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  const code = await runGuarded(command, words, { cwd, log, input: inputFile, env: { ...cloud.env, npm_config_cache: cache, npm_config_prefer_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false', ...env } })
  const printed = readFileSync(log).subarray(before).toString('utf8')
  assert.equal(code, 0, `${command} ${words.join(' ')} ended with ${code}:\n${printed.slice(-6000)}`)
  return printed
}

step('the package is packed, and klue init makes a service with it', async () => {
  tarball = packKit(cloud.folder)
  const printed = await type('npm', ['exec', '--yes', `--package=${tarball}`, '--', 'klue', 'init', 'my-service', '--login', '--yes'], { cwd: cloud.folder })
  assert.match(printed, /Made my-service in my-service:/)
})

step('npm install installs it, nothing of it runs then, and npm test passes', async () => {
  await type('npm', ['install', '--ignore-scripts=false', tarball])
  assert.ok(!lstatSync(join(project, 'node_modules', 'klue')).isSymbolicLink())
  const lock = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')) as { packages: Record<string, { hasInstallScript?: boolean }> }
  assert.equal(lock.packages['node_modules/klue']!.hasInstallScript, undefined)
  assert.match(await type('npm', ['test'], { env: { AWS_ENDPOINT_URL: '' } }), /callers are told who they are[\s\S]*ℹ fail 0/)
})

step('an operation is added, and cdk deploy deploys it', async () => {
  await type('npx', ['klue', 'add', 'operation', 'PUT', '/notes/{id}'])
  await bootstrap({ cloud, project })
  await type('npx', ['cdk', 'deploy', '--all', '-c', `stage=${stage}`, '--require-approval', 'never', '--progress', 'events', '--outputs-file', 'outputs.json', '--no-notices'])
  const outputs = JSON.parse(readFileSync(join(project, 'outputs.json'), 'utf8')) as Record<string, Record<string, string>>
  url = addresses({ outputs, assembly: '' }, cloud)['Url']!
  assert.deepEqual(await (await fetch(`${url}/hello/Ann`)).json(), { text: 'Hello Ann' })
})

step('the suite of the project passes on what is deployed, with a user of its own', async () => {
  await type('npx', ['klue', 'user', 'add', user.name, '--password-stdin', '--stage', stage], { input: `${user.password}\n` })
  const login = await fetch(`${url}/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ username: user.name, password: user.password }) })
  const { token } = (await login.json()) as { token: string }
  const printed = await type('npx', ['klue', 'test', '--url', url], { env: { KLUE_JWT_TOKEN: token, KLUE_TEST_USER: user.name, KLUE_TEST_PASSWORD: user.password } })
  assert.match(printed, /✔ callers are told who they are[\s\S]*✔ putNotesById answers[\s\S]*ℹ fail 0/)
})

step('klue deploy tests the next commit beside it, and moves the stage to it', async () => {
  await type('git', ['init', '--quiet', '--initial-branch=main'])
  await type('npx', ['klue', 'add', 'operation', 'GET', '/notes/{id}'])
  await type('git', ['add', '--all'])
  await type('git', ['-c', 'user.name=ann', '-c', 'user.email=ann@example.com', 'commit', '--quiet', '--message=Read a note'])
  assert.equal((await fetch(`${url}/notes/7`)).status, 405)
  await type('npx', ['klue', 'deploy', '--stage', stage, '--yes'])
  // It is there, and wants a token as the document says.
  assert.equal((await fetch(`${url}/notes/7`)).status, 401)
  assert.deepEqual(await (await fetch(`${url}/hello/Ann`)).json(), { text: 'Hello Ann' })
})

step('cdk destroy takes it away', async () => {
  await type('npx', ['cdk', 'destroy', '--all', '--force', '-c', `stage=${stage}`, '--no-notices'])
})
