// What a function writes to its standard output: a line for each request, also for the one that its process does not survive.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { compileConfig } from '../../src/config/build.ts'
import { toLongRecord } from '../../src/telemetry/long-line.ts'

async function linesOf(path: string): Promise<Record<string, unknown>[]> {
  const folder = mkdtempSync(join(tmpdir(), 'klue-line-'))
  writeFileSync(join(folder, 'klue-config.json'), JSON.stringify(compileConfig({ stage: 'dev', values: { name: 'shop' }, places: {} })))
  const env = { ...process.env, AWS_LAMBDA_FUNCTION_NAME: 'shop-dev', LAMBDA_TASK_ROOT: folder, KLUE_VERSION: '260203-0405-1-abcdef' }
  const child = spawn(process.execPath, ['--conditions=klue-source', '--import', 'tsx', fileURLToPath(new URL('exiting-function.ts', import.meta.url)), path], { stdio: ['ignore', 'pipe', 'ignore'], env })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  await once(child, 'close')
  rmSync(folder, { recursive: true, force: true })
  return out.trimEnd().split('\n').map((line) => toLongRecord(JSON.parse(line) as Parameters<typeof toLongRecord>[0]))
}

for (const [path, name] of [['/exit', 'exits'], ['/throw', 'throws']] as const) {
  test(`the operation ${name} is named by the last line`, async () => {
    const lines = await linesOf(path)
    assert.deepEqual(lines.map(({ kind, operation, request_id, cold_start, function: of, version }) => [kind, operation, request_id, cold_start, of, version]), [
      ['request', 'fine', 'first', true, 'shop-dev', '260203-0405-1-abcdef'],
      ['request', 'fine', 'second', undefined, 'shop-dev', '260203-0405-1-abcdef'],
      ['watchdog', name, 'third', undefined, 'shop-dev', '260203-0405-1-abcdef'],
    ])
    assert.ok((lines[0]!['memory_mb'] as number) > 10)
    assert.equal(lines[2]!['ended'], true)
  })
}
