// The klue command as a process: its output for people and machines, its refusals and its exit codes.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { makeProject, notesApi, notesService, type ProjectFixture } from '../dev/project-fixture.ts'
import { klue, startKlue } from './klue-process.ts'

let project: ProjectFixture
before(async () => {
  project = await makeProject({ 'klue-config.yaml': 'name: notes\njwt_issuer: notes\njwt_audience: notes\nmy_key: NOTES_KEY\nenv_secrets: [NOTES_KEY]\n' })
})
after(() => project.remove())

const env = { NOTES_KEY: 'a value from the environment' }

test('help lists the commands, and each explains its options', async () => {
  const all = await klue(project.root, ['--help'])
  assert.equal(all.code, 0)
  for (const name of ['dev', 'check', 'generate', 'test', 'token', 'user', 'config']) {
    assert.match(all.stdout, new RegExp(`^  ${name}`, 'm'))
    const one = await klue(project.root, [name, '--help'])
    assert.equal(one.code, 0)
    assert.match(one.stdout, new RegExp(`^Usage: klue ${name}`))
  }
})

test('a misspelt command or option is answered with the right one', async () => {
  const command = await klue(project.root, ['chek'])
  assert.deepEqual([command.code, command.stderr], [2, 'klue: there is no command chek; did you mean check? ("klue help" lists them)\n'])
  const option = await klue(project.root, ['dev', '--prot', '1'])
  assert.deepEqual([option.code, option.stderr], [2, 'klue dev: there is no option --prot; did you mean --port? ("klue help dev" lists them)\n'])
})

test('generate writes once, and then finds nothing to do', async () => {
  const first = await klue(project.root, ['generate'], { env })
  assert.equal(first.code, 0, first.stderr)
  assert.match(first.stdout, /^notes: 2 operations in \d+ ms\n\d+ files written, 0 removed, 0 unchanged\n$/)
  const second = await klue(project.root, ['generate', '--json'], { env })
  assert.deepEqual((JSON.parse(second.stdout) as { written: string[] }).written, [])
  assert.equal((await klue(project.root, ['generate', '--check'], { env })).code, 0)
})

test('check finds every fault of configuration, document and handlers at once', async () => {
  assert.deepEqual(await klue(project.root, ['check'], { env }), { code: 0, stdout: '1 document and their handlers: no faults\n', stderr: '' })
  await project.write('apis/notes.yaml', notesApi.replace('operationId: getNote', 'operationIdd: getNote').replace('operationIdd', 'x-klue-timout: 5\n      operationIdd').replace('in: path', 'in: paht'))
  const faulty = await klue(project.root, ['check'], { env: { NOTES_KEY: '' } })
  assert.equal(faulty.code, 1)
  assert.equal(faulty.stdout, '')
  assert.match(faulty.stderr, /^klue-config\.yaml:4.* NOTES_KEY, which is not set/m)
  assert.match(faulty.stderr, /^apis\/notes\.yaml:\d+:\d+ \/paths\/~1notes~1\{id\}\/get.*operationId/m)
  assert.match(faulty.stderr, /x-klue-timout.*did you mean.*x-klue-timeout/)
  const json = await klue(project.root, ['check', '--json'], { env })
  assert.equal(json.code, 1)
  const { faults } = JSON.parse(json.stdout) as { faults: { code: string; file: string; line: number; pointer: string; message: string }[] }
  for (const fault of faults) assert.deepEqual([typeof fault.code, fault.file, typeof fault.line, typeof fault.message], ['string', 'apis/notes.yaml', 'number', 'string'])
  await project.write('apis/notes.yaml', notesApi)
})

test('check names operations without handler and handlers without operation', async () => {
  await project.write('functions/notes.ts', notesService.replace('getNote:', 'getNotes:'))
  const { code, stderr } = await klue(project.root, ['check'], { env })
  await project.write('functions/notes.ts', notesService)
  assert.equal(code, 1)
  assert.equal(stderr, [
    'apis/notes.yaml:8: the operation getNote has no handler (did you mean "getNotes"?)',
    'functions/notes.ts:10: the handler getNotes belongs to no operation of apis/notes.yaml (did you mean "getNote"?)',
    '2 faults',
    '',
  ].join('\n'))
})

test('config prints one value or all, and masks secrets', async () => {
  assert.equal((await klue(project.root, ['config', 'name'], { env })).stdout, 'notes\n')
  const all = await klue(project.root, ['config'], { env })
  assert.match(all.stdout, /^jwt_token_timeout: 86400$/m)
  assert.match(all.stdout, /^my_key: \*+$/m)
  assert.equal(all.stdout.includes(env.NOTES_KEY), false)
  assert.equal((await klue(project.root, ['config', 'my_key', '--reveal'], { env })).stdout, `${env.NOTES_KEY}\n`)
  const unset = await klue(project.root, ['config', 'name'])
  assert.equal(unset.code, 1)
  assert.match(unset.stderr, /^klue: klue-config\.yaml:4.*my_key.*NOTES_KEY, which is not set/)
})

test('users are added, listed, changed and removed; token and login work on the running server', async () => {
  const running = startKlue(project.root, ['dev', '--port', '0'], { env })
  const printed = await running.until('Ctrl-C stops it.')
  const url = /service +(\S+)/.exec(printed)![1]!
  const added = await klue(project.root, ['user', 'add', 'ann', '--password-stdin'], { env, input: 'correct horse\n' })
  assert.deepEqual([added.code, added.stdout, added.stderr], [0, 'Added the user ann\n', ''])
  assert.match((await klue(project.root, ['user', 'add', 'ann', '--password-stdin'], { env, input: 'correct horse\n' })).stderr, /^klue: there is a user ann already/)
  assert.equal((await klue(project.root, ['user', 'list'], { env })).stdout, 'ann\n')
  const token = (await klue(project.root, ['token', '--user', 'ann'], { env })).stdout.trim()
  assert.equal((await fetch(`${url}/auth/version`, { headers: { authorization: `Bearer ${token}` } })).status, 200)
  assert.equal((await klue(project.root, ['user', 'remove', 'ann'], { env })).code, 0)
  assert.equal((await klue(project.root, ['user', 'list'], { env })).stdout, '')
  running.child.kill('SIGTERM')
  assert.equal((await running.finished).code, 0)
  // Without a server the command opens the data itself.
  assert.equal((await klue(project.root, ['user', 'list'], { env })).code, 0)
})

test('what makes no sense is a sentence and exit code 1', async () => {
  for (const [words, sentence] of [
    [['user'], /klue user wants to be told what to do/],
    [['user', 'add'], /klue user add wants a name/],
    [['user', 'add', 'bob'], /no terminal to ask for the password/],
    [['user', 'add', 'bob', '--password-stdin'], /password must have at least 8 characters|holds no password/],
    [['token', '--claims', '[]'], /is no JSON object/],
    [['token', '--expires-in', 'soon'], /is no number of seconds/],
    [['test', '--local', '--url', 'http://x'], /exclude each other/],
    [['test', '--service', 'x'], /is not of the form API=URL/],
    [['config', 'nothing'], /nothing/],
  ] as const) {
    const { code, stderr } = await klue(project.root, [...words], { env })
    assert.equal(code, 1, `${words.join(' ')}: ${stderr}`)
    assert.match(stderr, sentence)
    assert.equal(stderr.trim().split('\n').length, 1, stderr)
  }
})

test('a folder without configuration is a sentence', async () => {
  const empty = await makeProject()
  await empty.write('elsewhere/readme.txt', '')
  const { code, stderr } = await klue(`${empty.root}/elsewhere`, ['check'])
  await empty.remove()
  assert.equal(code, 1)
  assert.match(stderr, /klue-config\.yaml: there is no such file in/)
})
