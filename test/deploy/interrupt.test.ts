// The emulator and its functions end with the suite, however the suite ends.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from '../rules/imports.ts'

const alone = ['--conditions=klue-source', '--import', 'tsx', join(root, 'test', 'deploy', 'start-cloud.ts')]
const asUsersDo = [join(root, 'scripts', 'run.mjs'), 'deploy-test', join('test', 'deploy', 'start-cloud.ts')]

for (const [signal, who, words] of [['SIGINT', 'a test file', alone], ['SIGTERM', 'a test file', alone], ['SIGKILL', 'a test file', alone], ['SIGINT', 'the suite', asUsersDo], ['SIGTERM', 'the suite', asUsersDo], ['SIGHUP', 'the suite', asUsersDo], ['SIGKILL', 'the suite', asUsersDo]] as const) {
  test(`${signal} to ${who} leaves nothing behind`, { timeout: 300_000 }, async () => {
    const { pid, group, folder, exited } = await startHarness(words)
    assert.ok(leftovers(group, folder).length >= 2, 'neither the emulator nor its guard was seen')
    process.kill(pid, signal)
    await exited
    await until(() => leftovers(group, folder).length === 0 && !existsSync(folder), () => leftovers(group, folder).join('\n'))
  })
}

async function startHarness(words: readonly string[]): Promise<{ pid: number; group: number; folder: string; exited: Promise<void> }> {
  // A test runner would mark its children, and those that are test runners themselves would then behave otherwise.
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env
  const harness = spawn(process.execPath, words, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = new Promise<void>((done) => harness.on('exit', () => done()))
  let printed = ''
  const line = await new Promise<string>((done, failed) => {
    harness.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
      const found = /\{"group".*\}/.exec(printed)?.[0]
      if (found !== undefined) done(found)
    })
    harness.once('exit', (code) => failed(new Error(`start-cloud.ts ended with ${code}: ${printed}`)))
  })
  return { pid: harness.pid!, exited, ...(JSON.parse(line) as { group: number; folder: string }) }
}

// Members of the emulator's group, and whoever names the folder of the run.
function leftovers(group: number, folder: string): string[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pgid=,stat=,args='], { encoding: 'utf8' })
  return stdout.split('\n').filter((line) => {
    const [pgid, state, ...args] = line.trim().split(/\s+/)
    return state?.startsWith('Z') !== true && (pgid === String(group) || args.join(' ').includes(folder))
  })
}

async function until(isTrue: () => boolean, describe: () => string): Promise<void> {
  const end = Date.now() + 60_000
  while (!isTrue()) {
    if (Date.now() > end) assert.fail(`after a minute there is still\n${describe()}`)
    await sleep(100)
  }
}
