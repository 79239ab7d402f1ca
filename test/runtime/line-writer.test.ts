// The writer of lines: whole lines, bounded, dropped and counted where nobody reads.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { type LineTarget, lineWriter, longestLine, toBoundedLine } from '../../src/runtime/line/line-writer.ts'
import type { LogRecord } from '../../src/runtime/exchange/log.ts'

const record = (more: Record<string, unknown> = {}): LogRecord => ({ kind: 'request', level: 'info', time: '', message: 'GET / 200', ...more })

/** Takes as many bytes as it has room for. */
function narrow(rooms: (number | 'full' | 'closed')[]): { target: LineTarget; text(): string; waits: number } {
  const taken: Buffer[] = []
  const state = { text: () => Buffer.concat(taken).toString(), waits: 0 }
  return Object.assign(state, {
    target: {
      write(bytes: Uint8Array, offset: number): number {
        const room = rooms.length === 0 ? Infinity : rooms.shift()!
        if (room === 'full') throw Object.assign(new Error('full'), { code: 'EAGAIN' })
        if (room === 'closed') throw Object.assign(new Error('closed'), { code: 'EPIPE' })
        const part = Buffer.from(bytes.subarray(offset, offset + room))
        taken.push(part)
        return part.length
      },
      wait: () => void (state.waits += 1),
    },
  })
}

test('partial writes and full moments end in whole lines', () => {
  const pipe = narrow([3, 'full', 'full', 1, 'full', 5])
  const write = lineWriter(pipe.target)
  write(record({ n: 1 }))
  write(record({ n: 2 }))
  assert.deepEqual(pipe.text().trimEnd().split('\n').map((line) => (JSON.parse(line) as { n: number }).n), [1, 2])
  assert.equal(pipe.waits, 3)
})

test('what finds no room is dropped after a bounded wait, and the next line says so', () => {
  const pipe = narrow([...Array.from({ length: 60 }, () => 'full' as const), 'closed'])
  const write = lineWriter(pipe.target)
  // The first waits its time, those behind it do not.
  for (let count = 0; count < 20; count += 1) write(record({ count }))
  assert.ok(pipe.waits <= 40, `${pipe.waits} waits`)
  while (pipe.text() === '') write(record({ last: true }))
  const { dropped, last } = JSON.parse(pipe.text()) as { dropped: number; last: boolean }
  assert.ok(last && dropped >= 20)
  write(record())
  assert.equal((JSON.parse(pipe.text().trim().split('\n').at(-1)!) as { dropped?: number }).dropped, undefined)
})

test('a line that was broken off does not swallow the next one', () => {
  const pipe = narrow([10, 'closed'])
  const write = lineWriter(pipe.target)
  write(record())
  write(record({ n: 2 }))
  const [broken, whole] = pipe.text().split('\n')
  assert.equal(broken!.length, 10)
  assert.deepEqual(JSON.parse(whole!), { klue: 1, ...record({ n: 2, dropped: 1 }) })
})

test('a long line is cut to JSON within its bounds, and says what had to go', () => {
  const long = JSON.parse(toBoundedLine(record({ result: 'ü'.repeat(150_000), data: { a: 1 }, path: '/x' }))) as LogRecord
  assert.deepEqual(long, { klue: 1, ...record({ data: { a: 1 }, path: '/x', truncated: ['result'] }) })
  const worst = toBoundedLine(record({ message: '\u0000'.repeat(500_000), other: ['x'.repeat(500_000)] }))
  assert.ok(Buffer.byteLength(worst) <= longestLine)
  assert.ok((JSON.parse(worst) as { truncated: string[] }).truncated.includes('texts'))
})

test('every record is one line of JSON of at most 200 KB', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.tuple(fc.constantFrom('x', 'ü', '\n', '\u0000', '\ud800', '"'), fc.integer({ min: 0, max: 90_000 })).map(([letter, times]) => letter.repeat(times)))
  fc.assert(fc.property(fc.dictionary(fc.constantFrom('result', 'data', 'trace', 'stack', 'path', 'error', 'own'), fc.oneof(text, fc.array(text, { maxLength: 3 })), { maxKeys: 6 }), (more) => {
    const line = toBoundedLine(record(more))
    assert.ok(Buffer.byteLength(line) <= longestLine)
    assert.doesNotMatch(line, /[\r\n]/)
    assert.ok(line.startsWith('{"klue":1,"kind":"request"'))
    JSON.parse(line)
  }), { numRuns: 200 })
})

function start(mode: string): ChildProcess {
  return spawn(process.execPath, ['--conditions=klue-source', '--import', 'tsx', fileURLToPath(new URL('stalled-writer.ts', import.meta.url)), mode], { stdio: ['ignore', 'pipe', 'pipe'] })
}

function gather(child: ChildProcess): { out: string; err: string } {
  const read = { out: '', err: '' }
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (read.err += text))
  return read
}

test('beside console.log and process.stdout every line arrives whole', async () => {
  const child = start('beside')
  const read = gather(child)
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (read.out += text))
  assert.deepEqual(await once(child, 'close'), [0, null], read.err)
  const lines = read.out.trimEnd().split('\n')
  assert.equal(lines.shift(), 'text of the service')
  const own = lines.filter((line) => line.startsWith('{"klue":1,"kind"')).map((line) => (JSON.parse(line) as LogRecord).message)
  assert.deepEqual(own, Array.from({ length: 200 }, (_, count) => `line ${count}`))
  assert.deepEqual(lines.filter((line) => !line.startsWith('{')), Array.from({ length: 200 }, (_, count) => `said ${count}`))
})

// Elsewhere a pipe cannot be opened once more.
if (process.platform === 'linux') test('a reader that stops does not hold the process; what is dropped is counted', async () => {
  const child = start('stalled')
  const read = gather(child)
  // Nobody reads until the process has gone through all its lines.
  while (!read.err.includes('stalled')) await once(child.stderr!, 'data')
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (read.out += text))
  assert.deepEqual(await once(child, 'close'), [0, null], read.err)
  assert.ok(Number(/stalled (\d+)/.exec(read.err)![1]) < 20_000, read.err)
  assert.doesNotMatch(read.err, /was loaded/)
  const records = read.out.trimEnd().split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as LogRecord]
    } catch {
      return []
    }
  })
  const counted = records.reduce((sum, { dropped }) => sum + (typeof dropped === 'number' ? dropped : 0), 0)
  assert.equal(records.length + counted, 100)
  assert.ok(counted > 0)
})
