// The commands of the pipeline refuse a command line that makes no sense with code 2, and ask nobody where there is no terminal.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { commands } from '../../src/cli/commands.ts'
import { confirmRemoval } from '../../src/cli/commands/remove.ts'
import { runCommandLine } from '../../src/cli/run.ts'

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
