// klue logs as a command: what it prints of a local stage and of its archive, what forget takes away, and a sentence for every wrong word.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { commands } from '../../src/cli/commands.ts'
import { runCommandLine } from '../../src/cli/run.ts'
import { loadConfig } from '../../src/config/build.ts'
import { openStageStore } from '../../src/dev/index.ts'
import { localArchive } from '../../src/dev/local-archive.ts'
import { moveHorizon, readHorizon, settleHorizon, startOf } from '../../src/store/index.ts'
import { archiveRequests, compact, defaultKeepRules, ingest, type LogLine } from '../../src/telemetry/index.ts'
import { marked } from '../telemetry/marked.ts'

const hour = 3_600_000
const now = Date.now()
const root = mkdtempSync(join(tmpdir(), 'klue-logs-'))
after(() => rmSync(root, { recursive: true, force: true }))

function line(id: string, ago: number, more: object = {}): LogLine {
  const started = now - ago
  return { id, timestamp: started, message: marked({ kind: 'request', level: 'info', time: new Date(started + 5).toISOString(), started: new Date(started).toISOString(), message: 'GET /things 200', operation: 'getThing', method: 'GET', path: `/things/${id}`, status: 200, duration_ms: 5, request_id: id, call_id: `call-${id}`, user: 'bob', ...more }) }
}

/** Does something with the store, whose clock is some time behind. */
async function withStore(ahead: number, work: (database: Parameters<typeof compact>[0]) => Promise<unknown>): Promise<void> {
  const { database, close } = await openStageStore(root, loadConfig({ root }).config)
  await work({ ...database, now: () => now + ahead })
  await close()
}

before(async () => {
  writeFileSync(join(root, 'klue-config.yaml'), 'name: builds\nlog_archive: true\n')
  const old = [line('old-ann', 200 * hour, { user: 'ann' }), line('old-bob', 200 * hour), line('old-failed', 200 * hour, { status: 500, level: 'error', error_id: 'e-old' })]
  await withStore(-199 * hour, async (database) => {
    await ingest({ database, rules: defaultKeepRules }, old)
    await compact(database)
  })
  await withStore(-190 * hour, async (database) => {
    await compact(database)
    await archiveRequests({ database, files: localArchive(root), rules: defaultKeepRules })
    // Their time in the table is up.
    const { Items = [] } = await database.run('Scan', { TableName: `${database.prefix}klue` })
    for (const { pk, sk } of Items) if (pk!.S!.startsWith('pack#')) await database.run('DeleteItem', { TableName: `${database.prefix}klue`, Key: { pk: { S: pk!.S! }, sk: { S: sk!.S! } } })
  })
  await withStore(0, async (database) => {
    // As if it had been counted all the time: there was nothing.
    const [{ upTo }, to] = [(await readHorizon(database))!, startOf('minute', now - hour)]
    await moveHorizon(database, { seen: upTo, from: upTo, to })
    await settleHorizon(database, { from: upTo, to })
    await ingest({ database, rules: defaultKeepRules }, [line('one', 30 * 60_000), line('two', 20 * 60_000, { status: 404, level: 'warn', error_id: 'e-two' }), line('three', 10 * 60_000, { user: 'ann' })])
    await compact(database)
  })
})

async function klue(...words: string[]): Promise<{ code: number; out: string[]; err: string }> {
  const [out, err]: [string[], string[]] = [[], []]
  const code = await runCommandLine({ root, words: ['logs', ...words], commands, output: { hasColor: false, print: (text) => void out.push(text), printError: (text) => void err.push(text), printJson: (value) => void out.push(JSON.stringify(value)) } })
  return { code, out, err: err.join('\n') }
}

async function ids(...words: string[]): Promise<string[]> {
  const { code, out, err } = await klue(...words)
  assert.equal(code, 0, err)
  return out.flatMap((text) => text.split('\n')).map((text) => (JSON.parse(text) as { request_id: string }).request_id)
}

test('requests come oldest first, up to a time, by filter, and with the fields that are asked for alone', async () => {
  assert.deepEqual(await ids(), ['one', 'two', 'three'])
  assert.deepEqual(await ids('--until', '15m'), ['one', 'two'])
  assert.deepEqual(await ids('--since', '25m', '--until', new Date(now - 15 * 60_000).toISOString()), ['two'])
  assert.deepEqual(await ids('--limit', '2'), ['two', 'three'])
  assert.deepEqual(await ids('--status', '4xx,5xx', '--error-id', 'e-two', '--level', 'warn'), ['two'])
  assert.deepEqual(await ids('--user', 'ann', '--path', '/things/t', '--text', 'THREE'), ['three'])
  const { out } = await klue('--fields', 'status,path,none', '--user', 'ann')
  assert.deepEqual(out, ['{"status":200,"path":"/things/three"}'])
})

test('what is gone from the table comes out of the archive where the look reaches so far back', async () => {
  assert.deepEqual((await ids('--since', '10d')).sort(), ['old-ann', 'old-bob', 'old-failed', 'one', 'three', 'two'])
  assert.deepEqual(await ids('--since', '10d', '--error-id', 'e-old'), ['old-failed'])
  assert.deepEqual(await ids('--since', '10d', '--user', 'ann'), ['old-ann', 'three'])
  assert.deepEqual(await ids('--since', '5d'), ['one', 'two', 'three'])
})

test('every wrong word is one sentence with what to do, and nothing is done', async () => {
  const wrong: [string[], RegExp][] = [
    [['--until', 'soon'], /--until soon is no time.*30m/s],
    [['--since', '5w'], /--since 5w is no time/],
    [['--follow', '--until', '1h'], /--follow has no end, and --until is one/],
    [['--limit', '0'], /--limit 0 is no number of requests/],
    [['--level', 'loud'], /--level loud is no level/],
    [['--status', '4x'], /--status 4x is no status/],
    [['forgot'], /klue logs forgot is none/],
    [['forget'], /wants to know what/],
    [['forget', '--yes'], /wants to know what/],
    [['forget', '--user', 'ann'], /takes records away for good.*--yes/s],
    [['forget', '--user', 'ann', '--fields', 'path', '--yes'], /has no --fields/],
    [['forget', '--user', 'ann', '--limit', '1', '--yes'], /has no --limit/],
    [['forget', '--user', 'ann', '--follow', '--yes'], /has no --follow/],
    [['forget', '--user', 'ann', '--since', 'ever', '--yes'], /--since ever is no time/],
  ]
  for (const [words, sentence] of wrong) {
    const { code, out, err } = await klue(...words)
    assert.equal(code, 1, words.join(' '))
    assert.match(err, sentence)
    assert.deepEqual(out, [])
  }
  assert.deepEqual(await ids('--since', '10d', '--user', 'ann'), ['old-ann', 'three'])
})

test('forget takes the records of a user out of the table and the files, and says of how many', async () => {
  const { code, out } = await klue('forget', '--user', 'ann', '--yes')
  assert.equal(code, 0)
  assert.match(out.join(''), /The records of 2 requests are gone, from 1 items and 1 files of the archive; counts stay/)
  assert.deepEqual(await ids('--since', '10d', '--user', 'ann'), [])
  assert.equal((await klue('--since', '10d')).out.flatMap((text) => text.split('\n')).length, 6)
  const archive = join(root, '.klue', 'archive')
  for (const name of readdirSync(archive, { recursive: true, encoding: 'utf8' }).filter((one) => statSync(join(archive, one)).isFile())) {
    const bytes = readFileSync(join(archive, name))
    assert.equal((name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().includes('"ann"'), false, name)
  }
  const again = JSON.parse((await klue('forget', '--user', 'ann', '--yes', '--json')).out.join('')) as object
  assert.deepEqual(again, { requests: 0, items: 0, days: 3, files: 0, isArchiveDone: true })
})
