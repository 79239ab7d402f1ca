// klue init and klue add: what they write, what they refuse, and that it works at once.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { parse } from 'yaml'
import { loadConfig } from '../../src/config/build.ts'
import { isUsageError } from '../../src/errors/index.ts'
import { operationName } from '../../src/scaffold/add-operation.ts'
import { addApi, addOperation, type DocumentFormat, initProject, nameOfFolder } from '../../src/scaffold/index.ts'
import { klue } from '../cli/klue-process.ts'
import { copyReference } from '../deploy/project.ts'

const folder = mkdtempSync(join(tmpdir(), 'klue-init-'))
// As if klue were installed.
mkdirSync(join(folder, 'node_modules'))
symlinkSync(resolve('.'), join(folder, 'node_modules', 'klue'), 'dir')
after(() => rmSync(folder, { recursive: true, force: true }))

function make(name: string, options: { format?: DocumentFormat; login?: boolean } = {}): Promise<string[]> {
  return initProject({ root: join(folder, name), name, format: options.format ?? 'yaml', login: options.login ?? false })
}

function faultOf(code: string): (error: unknown) => boolean {
  return (error) => isUsageError(error) && error.faults.every((fault) => fault.code === code)
}

interface Sent {
  file: string
  at: string
  schema: { type?: string; maxLength?: number; additionalProperties?: unknown; properties?: Record<string, Sent['schema']> }
}

/** Every schema of what callers send, also below objects. */
function sentSchemas(root: string): Sent[] {
  const found: Sent[] = []
  const visit = (sent: Sent): void => {
    found.push(sent)
    for (const [name, schema] of Object.entries(sent.schema.properties ?? {})) visit({ ...sent, at: `${sent.at}.${name}`, schema })
  }
  for (const file of readdirSync(join(root, 'apis'))) {
    const { paths } = parse(readFileSync(join(root, 'apis', file), 'utf8')) as { paths: Record<string, Record<string, { parameters?: { schema: Sent['schema'] }[]; requestBody?: { content: Record<string, { schema: Sent['schema'] }> } }>> }
    for (const [path, methods] of Object.entries(paths)) for (const [method, { parameters = [], requestBody }] of Object.entries(methods)) {
      for (const { schema } of [...parameters, ...Object.values(requestBody?.content ?? {})]) visit({ file, at: `${method} ${path}`, schema })
    }
  }
  return found
}

test('a project has a dozen files, and each says in its first line what it is for', async () => {
  const files = await make('plain')
  assert.equal(files.length, 12)
  for (const file of files) {
    const lines = readFileSync(join(folder, 'plain', file), 'utf8').split('\n')
    const first = file.endsWith('.json') && lines[0] === '{' ? lines[1]! : lines[0]!
    assert.match(first, /^(\/\/|#|\s*"\/\/": ").{15,}/, `${file} begins with ${first}`)
  }
  assert.deepEqual(readdirSync(join(folder, 'plain')).sort(), ['.github', '.gitignore', '.klue', 'README.md', 'apis', 'cdk.json', 'functions', 'infra', 'klue-config.yaml', 'package.json', 'testaccept', 'tsconfig.json'])
  assert.ok(existsSync(join(folder, 'plain', 'functions', 'gen', 'plain.ts')), 'an editor knows the types at once')
})

test('its package names the versions that the kit is tested with, and brings no scripts of installation', async () => {
  const own = JSON.parse(readFileSync('package.json', 'utf8')) as Record<'devDependencies' | 'dependencies', Record<string, string>> & { version: string }
  const made = JSON.parse(readFileSync(join(folder, 'plain', 'package.json'), 'utf8')) as Record<'devDependencies' | 'dependencies' | 'scripts', Record<string, string>>
  assert.deepEqual(made.dependencies, { klue: `^${own.version}` })
  for (const [name, range] of Object.entries(made.devDependencies)) assert.equal(range, own.devDependencies[name] ?? own.dependencies[name], name)
  assert.deepEqual(Object.keys(made.scripts).sort(), ['deploy', 'start', 'test'])
})

test('a folder that has such files is refused, with the name of each', async () => {
  const root = join(folder, 'taken')
  mkdirSync(join(root, 'apis'), { recursive: true })
  writeFileSync(join(root, 'README.md'), '# Mine\n')
  writeFileSync(join(root, 'apis', 'taken.yaml'), 'mine: true\n')
  await assert.rejects(make('taken'), (error) => faultOf('file-exists')(error) && isUsageError(error) && error.faults.map(({ file }) => file).sort().join() === 'README.md,apis/taken.yaml')
  assert.deepEqual(readdirSync(root).sort(), ['README.md', 'apis'])
})

test('the name is that of the folder where one can be made of it', () => {
  for (const [path, name] of [['/x/My Service', 'my-service'], ['/x/2nd_api', 'nd-api'], ['/x/--', undefined], ['/x/login', undefined]] as const) assert.equal(nameOfFolder(path), name)
})

for (const name of ['My', 'a--b', 'reporter', '../x', 'a'.repeat(41)]) {
  test(`the name ${name} is refused`, () => assert.rejects(make(name), faultOf('name-invalid')))
}

for (const [name, options] of Object.entries({ 'open-yaml': {}, 'open-json': { format: 'json' }, 'closed-yaml': { login: true }, 'closed-json': { format: 'json', login: true } } satisfies Record<string, Parameters<typeof make>[1]>)) {
  test(`${name}: operations and APIs are added, and all is bound, tested and passes at once`, async () => {
    await make(name, options)
    const root = join(folder, name)
    for (const [method, path] of [['GET', '/notes'], ['post', '/notes'], ['GET', '/notes/{id}'], ['PUT', '/notes/{id}'], ['PATCH', '/notes/{id}/{part-name}'], ['DELETE', '/notes/{id}'], ['GET', '/']] as const) await addOperation({ root, method, path })
    await addOperation({ root, method: 'GET', path: '/service', id: 'service' })
    assert.deepEqual((await addApi({ root, name: 'shop-items' })).files.length, 4)
    await addOperation({ root, method: 'POST', path: '/shop-items/{id}', api: 'shop-items' })
    const checked = await klue(root, ['check'])
    assert.equal(checked.code, 0, checked.stderr)
    for (const { file, at, schema } of sentSchemas(root)) {
      if (schema.type === 'string') assert.ok(schema.maxLength !== undefined, `${file} ${at} has no bound`)
      if (schema.type === 'object') assert.equal(schema.additionalProperties, false, `${file} ${at} is open`)
    }
    if (name === 'open-json' || name === 'closed-yaml') return
    // Each of both has one of both: the tests are the same whatever the format of the documents.
    const tested = await klue(root, ['test', '--json'])
    assert.equal(tested.code, 0, tested.stdout + tested.stderr)
    // The tests of the project itself, and ten that were added.
    assert.ok(tested.stdout.includes(`"passed":${name.startsWith('open') ? 13 : 15},"failed":0`), tested.stdout)
  })
}

test('operations are added to a service that grew by hand: behind tokens, included, in Swagger 2.0 behind a scheme of its own', async () => {
  const root = copyReference(join(folder, 'reference'))
  const added = [await addOperation({ root, method: 'GET', path: '/jobs/{job}/owner' }), await addOperation({ root, method: 'POST', path: '/login/renew', api: 'login' }), await addOperation({ root, method: 'PUT', path: '/packages/{id}', api: 'metrics-backend' })]
  const checked = await klue(root, ['check'])
  assert.equal(checked.code, 0, checked.stderr)
  const tested = await klue(root, ['test', '--json', ...added.map(({ name }) => `testaccept/${name}.test.ts`)])
  assert.equal(tested.code, 0, tested.stdout + tested.stderr)
  assert.ok(tested.stdout.includes('"passed":3,"failed":0'), tested.stdout)
})

test('the live stage of its configuration holds as soon as it is no comment any more', async () => {
  await make('ready')
  const file = join(folder, 'ready', 'klue-config.yaml')
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.slice(0, text.indexOf('  # live:')) + text.slice(text.indexOf('  # live:')).replaceAll('  # ', '  '))
  const { config } = loadConfig({ root: join(folder, 'ready'), stage: 'live', env: { SLACK_URL: 'https://hooks.example.com/services/x' } })
  assert.deepEqual([config.live, config.liveHost, Object.keys(config.reports), config.reports['crashes']!.url], [true, 'ready.example.com', ['crashes', 'mail'], 'https://hooks.example.com/services/x'])
})

test('its workflow deploys with a role and without keys', () => {
  const text = readFileSync(join(folder, 'plain', '.github', 'workflows', 'deploy.yml'), 'utf8')
  const { jobs } = parse(text) as { jobs: Record<string, { permissions?: unknown; steps: { run?: string; uses?: string; with?: Record<string, unknown> }[] }> }
  assert.deepEqual(jobs['deploy']!.permissions, { contents: 'read', 'id-token': 'write' })
  assert.deepEqual(jobs['deploy']!.steps.flatMap(({ run }) => run ?? []), ['npm ci', 'npx klue deploy --stage live --yes'])
  assert.deepEqual(jobs['test']!.steps.flatMap(({ run }) => run ?? []), ['npm ci', 'npm test'])
  assert.doesNotMatch(text, /secrets\.|access.key/i)
})

test('a path item that declares its parameters is not given them twice', async () => {
  await make('items')
  const root = join(folder, 'items')
  const file = join(root, 'apis', 'items.yaml')
  writeFileSync(file, readFileSync(file, 'utf8').replace('paths:\n', 'paths:\n  /things/{id}:\n    parameters:\n      - { name: id, in: path, required: true, schema: { type: string } }\n'))
  await addOperation({ root, method: 'GET', path: '/things/{id}' })
  assert.equal((await klue(root, ['check'])).code, 0)
})

test('what cannot be added is refused, and nothing is written', async () => {
  const root = join(folder, 'plain')
  const before = readFileSync(join(root, 'apis', 'plain.yaml'), 'utf8')
  const refusals: [Partial<Parameters<typeof addOperation>[0]>, string][] = [
    [{ method: 'GRAB' }, 'operation-invalid'],
    [{ path: 'notes' }, 'operation-invalid'],
    [{ path: '/a?b=1' }, 'operation-invalid'],
    [{ id: 'a-b' }, 'operation-invalid'],
    [{ path: '/hello/{name}' }, 'operation-exists'],
    [{ id: 'hello' }, 'operation-exists'],
    [{ path: '/hello/{other}' }, 'path-ambiguous'],
    [{ api: 'plane' }, 'api-unknown'],
    [{ root: dirname(root) }, 'no-project'],
  ]
  for (const [options, code] of refusals) await assert.rejects(addOperation({ root, method: 'GET', path: '/notes', ...options }), faultOf(code), JSON.stringify(options))
  await assert.rejects(addApi({ root, name: 'plain' }), faultOf('api-double'))
  assert.equal(readFileSync(join(root, 'apis', 'plain.yaml'), 'utf8'), before)
  assert.ok(!existsSync(join(root, 'functions', 'plain', 'getNotes.ts')))
})

test('operations are called after method and path', () => {
  for (const [path, name] of [['/notes', 'getNotes'], ['/notes/{id}', 'getNotesById'], ['/a-b/{c}/d', 'getABByCD'], ['/', 'getRoot'], ['/{x}', 'getByX']] as const) assert.equal(operationName('GET', path), name)
})

test('the command asks nothing in a pipe, and says what comes next', async () => {
  const { code, stdout } = await klue(folder, ['init', 'asked'], { env: { CI: '' } })
  assert.equal(code, 0)
  assert.match(stdout, /^Made asked in asked:\n  package\.json\n/)
  assert.match(stdout, /Next:\n  cd asked\n/)
  const misused = await klue(folder, ['init', 'x', '--login', '--no-login'])
  assert.deepEqual([misused.code, misused.stderr.trim()], [1, 'klue: --login and --no-login exclude each other'])
  const added = await klue(join(folder, 'asked'), ['add', 'operation', 'GET', '/notes', '--json'])
  assert.deepEqual(JSON.parse(added.stdout), { name: 'getNotes', files: ['apis/asked.yaml', 'functions/asked.ts', 'functions/asked/getNotes.ts', 'testaccept/getNotes.test.ts'] })
})
