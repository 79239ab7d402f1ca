// The commands of the pipeline refuse a command line that makes no sense with code 2, and ask nobody where there is no terminal.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { commands } from '../../src/cli/commands.ts'
import { confirmRemoval } from '../../src/cli/commands/remove.ts'
import { runCommandLine } from '../../src/cli/run.ts'
import { startKlue } from './klue-process.ts'

const root = mkdtempSync(join(tmpdir(), 'klue-pipeline-cli-'))
writeFileSync(join(root, 'klue-config.yaml'), 'name: builds\nstages:\n  live:\n    live: true\n')
after(() => rmSync(root, { recursive: true, force: true }))

async function klue(...words: string[]): Promise<{ code: number; printed: string }> {
  const lines: string[] = []
  const add = (text: unknown): void => void lines.push(String(text))
  const code = await runCommandLine({ root, words, commands, output: { hasColor: false, print: add, printJson: add, printError: add } })
  return { code, printed: lines.join('\n') }
}

for (const [words, sentence] of [
  [['deploy', 'builds', '--stage', 'ann'], /klue deploy takes no builds/],
  [['deploy', '--stage', 'ann', '--allow-breaking', 'getA'], /--allow-breaking getA is not of the form OPERATION=REASON/],
  [['deploy', '--stage', 'ann', '--allow-breaking', 'getA= '], /is not of the form OPERATION=REASON/],
  [['deploy', '--stage', 'lives', '--yes'], /there is no stage lives \(did you mean live\?\)/],
  [['deploy', '--stage', 'local', '--yes'], /the stage local is this machine/],
  [['rollback', 'a', 'b', '--stage', 'ann'], /klue rollback takes one version/],
  [['rollback', '--stage', 'ann', '--json'], /there is no terminal to ask for confirmation \(pass --yes\)/],
  [['remove', '--stage', 'ann', '--json'], /there is no terminal to ask for confirmation/],
] as const) {
  test(`klue ${words.join(' ')}`, async () => {
    const { code, printed } = await klue(...words)
    assert.match(printed, sentence)
    assert.equal(code, 2)
  })
}

test('a live stage goes only with its name, any other one with --yes', async () => {
  const call = (values: Record<string, string | boolean>): Parameters<typeof confirmRemoval>[0] => ({ root, positionals: [], values: { ...values, json: true }, output: { hasColor: false, print: () => undefined, printJson: () => undefined, printError: () => undefined } })
  const stage = { name: 'live', isLive: true, goes: [], stays: [] }
  assert.equal(await confirmRemoval(call({ confirm: 'live' }), stage), true)
  assert.equal(await confirmRemoval(call({ yes: true }), { ...stage, name: 'ann', isLive: false }), true)
  await assert.rejects(confirmRemoval(call({ yes: true }), stage), /the stage live is live, and --yes alone does not remove it \(pass --confirm live\)/)
  await assert.rejects(confirmRemoval(call({ yes: true, confirm: 'lives' }), stage), /--confirm lives is not the name of the stage live/)
})

test('Ctrl-C says what goes on, and what to do', async () => {
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'), 'dir')
  writeFileSync(join(root, 'package.json'), '{ "name": "builds" }')
  // An account that never answers.
  let asked: () => void
  const isAsked = new Promise<void>((done) => (asked = done))
  const server = createServer(() => asked())
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  try {
    const { child, finished } = startKlue(root, ['rollback', '--stage', 'ann', '--yes'], { env: { AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key', AWS_REGION: 'eu-west-1', AWS_PROFILE: '' } })
    await isAsked
    child.kill('SIGINT')
    const { code, stderr } = await finished
    assert.equal(code, 130)
    assert.match(stderr, /^klue: stopped by SIGINT; what CloudFormation has begun goes on in the account, and the same command goes on from there$/m)
    assert.ok(!stderr.includes('    at '), stderr)
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
