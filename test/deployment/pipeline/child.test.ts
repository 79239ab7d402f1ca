// Commands of the pipeline: what they print is kept, they end with this process, and the lines that matter are found.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { runNode, usefulLines } from '../../../src/deploy/pipeline/child.ts'

const folder = mkdtempSync(join(tmpdir(), 'klue-child-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('both streams go to the file and to who listens, line by line', async () => {
  const lines: string[] = []
  const log = join(folder, 'log', 'a.log')
  const { code, printed } = await runNode(['-e', "console.log('one\\ntwo'); console.error('three'); process.exitCode = 3"], { cwd: folder, env: process.env, log, onLine: (line) => void lines.push(line) })
  assert.equal(code, 3)
  assert.deepEqual(lines.sort(), ['one', 'three', 'two'])
  assert.equal(printed.length, 14)
  assert.equal(readFileSync(log, 'utf8'), printed)
})

test('a command ends with the process that has started it, however that ends', async () => {
  const own = new URL('../../../src/deploy/pipeline/child.ts', import.meta.url).href
  const program = `import { runNode } from ${JSON.stringify(own)}; void runNode(['-e', 'console.log(process.pid); setInterval(() => undefined, 1000)'], { cwd: '.', env: process.env, log: ${JSON.stringify(join(folder, 'b.log'))}, onLine: (line) => console.log(line) })`
  const parent = spawn(process.execPath, ['--conditions=klue-source', '--import', import.meta.resolve('tsx'), '--input-type=module', '-e', program], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  const pid = await new Promise<number>((done) => parent.stdout.once('data', (text: Buffer) => done(Number(text.toString()))))
  parent.kill('SIGKILL')
  const isThere = (): boolean => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }
  while (isThere()) await new Promise((done) => void setTimeout(done, 50))
})

test('of a long output the lines that speak of a failure are shown', () => {
  const printed = ['all is well', 'builds-ann | 3/9 | UPDATE_FAILED | AWS::Lambda::Alias | Live', '', '\u001b[31m❌ builds-ann failed: …\u001b[0m', 'at somewhere'].join('\n')
  assert.deepEqual(usefulLines(printed), ['builds-ann | 3/9 | UPDATE_FAILED | AWS::Lambda::Alias | Live', '❌ builds-ann failed: …'])
  assert.deepEqual(usefulLines('a\nb\nc', 2), ['b', 'c'])
})
