// The emulator and its functions end with the suite, however the suite ends.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from '../rules/imports.ts'

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const) {
  test(`${signal} to the suite leaves nothing behind`, { timeout: 300_000 }, async () => {
    const { pid, group, folder, exited } = await startHarness()
    assert.ok(leftovers(group, folder).length >= 2, 'neither the emulator nor its guard was seen')
    process.kill(pid, signal)
    await exited
    await until(() => leftovers(group, folder).length === 0 && !existsSync(folder), () => leftovers(group, folder).join('\n'))
  })
}

async function startHarness(): Promise<{ pid: number; group: number; folder: string; exited: Promise<void> }> {
  const harness = spawn(process.execPath, ['--conditions=klue-source', '--import', 'tsx', join(root, 'test', 'deploy', 'start-cloud.ts')], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = new Promise<void>((done) => harness.on('exit', () => done()))
  const line = await new Promise<string>((done, failed) => {
    harness.stdout.once('data', (chunk: Buffer) => done(chunk.toString()))
    harness.once('exit', (code) => failed(new Error(`start-cloud.ts ended with ${code}`)))
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
