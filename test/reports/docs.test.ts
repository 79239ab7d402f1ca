// docs/reference/reports.md shows messages as they were received, and the tables of the code.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileConfig, loadConfig, reportKeys, requiredSecrets, showConfig } from '../../src/config/build.ts'
import type { KeySpec } from '../../src/config/index.ts'
import { refillSecrets } from '../../src/config/refill-secrets.ts'
import { isUsageError } from '../../src/errors/index.ts'
import { platformReport, toReport } from '../../src/reports/index.ts'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readPage, section, tableRows } from '../rules/pages.ts'
import { received } from './received.ts'
import { crash, crashLine, message, source } from './sample.ts'

const page = 'docs/reference/reports.md'

function block(heading: string): string {
  return /^```\w*\n([\s\S]*?)\n```$/m.exec(section(readPage(page), heading))![1]!
}

test('every message stands there as it was received', async () => {
  for (const [name, text] of Object.entries(await received())) assert.equal(block(`### ${name}`), text, name)
})

test('the body is that of a crash, and each of its keys is explained', () => {
  assert.equal(block('## The body'), crash.body)
  const explained = tableRows(page, '## The body').flatMap(([cell]) => [...cell!.matchAll(/`(\w+)`/g)].map(([, key]) => key!))
  assert.deepEqual(explained.sort(), [...Object.keys(JSON.parse(crash.body) as object), 'error_caught'].sort())
})

test('the titles follow the patterns', () => {
  const patterns = [...section(readPage(page), '## What is reported').matchAll(/\| `([^`|]*BACKEND[^`|]*)` \|$/gm)].map(([, text]) => new RegExp(`^${text!.replaceAll(/[().!]/g, '\\$&').replaceAll(/<\w+>/g, '.+').replace('.+: .+\\(\\) call', '.*: .+\\(\\) call')}$`))
  const failure = { kind: 'timeout', text: 'Task timed out', time: crash.time, function: 'f', requestId: 'r' } as const
  const titles = [crash, toReport({ ...crashLine, status: 200, error: '', slow_ms: 1000 }, source)!, toReport({ ...crashLine, kind: 'report', title: 'own' }, source)!, platformReport(failure, source)].map(({ title }) => title)
  assert.equal(patterns.length, 4)
  for (const [index, title] of titles.entries()) assert.match(title, patterns[index]!)
})

test('the sentences of the messages are those that are sent', async () => {
  const rows = tableRows(page, '## Incidents')
  for (const [name, , sentence] of rows) {
    const { Slack } = await received(message(name!.replaceAll('`', '') as 'new'))
    assert.ok(Slack!.includes(sentence!), `${name}: ${sentence}`)
  }
  assert.equal(rows.length, 4)
})

test('every key of a channel has a row', () => {
  const words = (spec: KeySpec): string => (spec.type === 'choice' ? spec.choices.map((choice) => `\`${choice}\``).join(', ') : spec.type === 'whole number' ? `whole number, ${spec.min} to ${spec.max}` : spec.type)
  const shown = ({ default: value }: KeySpec): string => (value === undefined || value === '' ? '' : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``)
  assert.deepEqual(tableRows(page, '## Channels'), Object.entries(reportKeys).map(([key, spec]) => [`\`${key}\``, words(spec), shown(spec), spec.doc]))
})

function faultsOf(yaml: string): string[] {
  const root = mkdtempSync(join(tmpdir(), 'klue-channels-'))
  try {
    writeFileSync(join(root, 'klue-config.yaml'), `name: builds\n${yaml}`)
    loadConfig({ root, unset: 'leave out', env: {} })
    return []
  } catch (error) {
    if (!isUsageError(error)) throw error
    return error.faults.map(({ line, pointer, message: sentence }) => `${line} ${pointer}: ${sentence}`)
  } finally {
    rmSync(root, { recursive: true })
  }
}

test('the example of the page is a configuration, and what is missing or wrong is said with its place', () => {
  assert.deepEqual(faultsOf(block('## Channels')), [])
  assert.deepEqual(faultsOf('reports:\n  a:\n    type: slack\n  b:\n    type: email\n    from: b@example.com\n  c:\n    type: webhook\n    url: https://example.com/\n  d:\n    type: sns\n  e:\n    send: all\n'), [
    '3 reports.a.url: a channel of Slack needs a url or a token',
    '5 reports.b.to: a channel of the type email needs to',
    '8 reports.c.signing_secret: a channel of the type webhook needs signing_secret',
    '11 reports.d.topic_arn: a channel of the type sns needs topic_arn',
    '13 reports.e.type: there is no type',
  ])
  assert.deepEqual(faultsOf('reports:\n  a:\n    type: slak\n    sevrity: 2\n    url: nowhere\n'), [
    '4 reports.a.type: reports.a.type must be slack, email, webhook or sns, not "slak"',
    '5 reports.a.sevrity: there is no key reports.a.sevrity',
    '6 reports.a.url: reports.a.url must be an URL',
  ])
})

test('secrets of channels come from variables, and are hidden', () => {
  const root = mkdtempSync(join(tmpdir(), 'klue-channels-'))
  writeFileSync(join(root, 'klue-config.yaml'), 'name: builds\nenv_secrets: [HOOK, KEY]\nreports:\n  a.b:\n    type: webhook\n    url: HOOK\n    signing_secret: KEY\n')
  const loaded = loadConfig({ root, env: { HOOK: 'https://example.com/a', KEY: 'sixteen letters!' } })
  const { config } = loaded
  assert.deepEqual([config.reports['a.b'], [...config.secretKeys]], [{ type: 'webhook', url: 'https://example.com/a', signingSecret: 'sixteen letters!' }, ['reports.a.b.url', 'reports.a.b.signing_secret']])
  assert.deepEqual(requiredSecrets(loaded).filter(({ key }) => key.startsWith('reports.')).map(({ name, key }) => [name, key]), [['HOOK', 'reports.a.b.url'], ['KEY', 'reports.a.b.signing_secret']])
  refillSecrets(config, compileConfig(loaded.merged), { HOOK: 'https://example.com/b', KEY: 'another sixteen!' })
  assert.deepEqual([config.reports['a.b']?.url, config.reports['a.b']?.signingSecret, (config.values['reports'] as Record<string, { url: string }>)['a.b']?.url], ['https://example.com/b', 'another sixteen!', 'https://example.com/b'])
  assert.ok(!showConfig(config).some(({ value }) => /example\.com|sixteen/.test(value)))
  rmSync(root, { recursive: true })
})
