// docs/reference/alerts.md and metrics.md say what the code does.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import type { KeySpec } from '../../src/config/index.ts'
import { alertKeys, loadConfig } from '../../src/config/build.ts'
import { summaryOf } from '../../src/telemetry/index.ts'
import { noCounts } from '../../src/telemetry/counts.ts'
import { prices } from '../../src/telemetry/budget.ts'
import { dataOf } from '../../src/telemetry/publish.ts'
import { codeBlocks, readPage, section, tableRows } from '../rules/pages.ts'
import { settingRow } from './alert-rows.ts'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const [alerts, metrics] = ['docs/reference/alerts.md', 'docs/reference/metrics.md']
const names = (page: string, heading: string): string[] => tableRows(page, heading).map(([name]) => name!.replaceAll('`', ''))
const choicesOf = (spec: KeySpec | undefined): readonly string[] => (spec?.type === 'choice' ? spec.choices : [])

test('alerts.md has a row for every setting, metric and event, and no other', () => {
  const rows = section(readPage(alerts), '## Settings').split('\n').filter((line) => line.startsWith('| `'))
  assert.deepEqual(rows, Object.entries(alertKeys).map(([name, spec]) => settingRow(name, spec)))
  assert.deepEqual(names(alerts, '## Metrics'), choicesOf(alertKeys['metric']))
  assert.deepEqual(names(alerts, '## Events'), choicesOf(alertKeys['event']))
})

test('the example of alerts.md loads, and faulty alerts are refused', () => {
  const [example] = codeBlocks(alerts, 'yaml')
  const config = load(example!.code)
  assert.deepEqual(Object.keys(config.alerts), Object.keys((parse(example!.code) as { alerts: object }).alerts))
  assert.deepEqual(config.alerts['out_of_stock'], { ownMetric: 'stock', statistic: 'minimum', threshold: 5, below: true })
  for (const [text, says] of [
    ['a: { threshold: 1 }', /alerts\.a\.metric: an alert needs a metric, an event or an own_metric/],
    ['a: { metric: errors, event: 5xx }', /alerts\.a\.event: an alert looks at one thing, and metric and event are set/],
    ['a: { metric: errors, statistic: sum }', /alerts\.a\.statistic: statistic belongs to own_metric/],
    ['a: { metric: concurrency, operation: getThing }', /concurrency is not measured by operation/],
    ['a: { metric: errors, threshold: many }', /alerts\.a\.threshold must be a number from/],
    ['a: { metrics: errors }', /there is no key alerts\.a\.metrics \(did you mean metric\?\)/],
  ] as const) assert.throws(() => load(`alerts:\n  ${text}\n`), says)
})

test('metrics.md names what is counted, summed up and published', () => {
  assert.deepEqual(names(metrics, '## What is counted'), Object.keys(noCounts()))
  assert.deepEqual(names(metrics, '## Summaries'), Object.keys(summaryOf(noCounts())))
  const data = dataOf(new Map([['getThing', { ...noCounts(), requests: 1, histogram: { 1: 1 } }]]), 0, { service: 'things', stage: 'live' })
  assert.deepEqual(tableRows(metrics, '## In CloudWatch').map(([name, unit]) => [name!.replaceAll('`', ''), unit]), data.map(({ name, unit }) => [name, unit]))
  const budget = section(readPage(metrics), '## Budget')
  assert.ok(budget.includes(`${prices.write * 1e6} USD for a million writes`) && budget.includes(`${prices.kibMonth * 1024 * 1024} USD for a GiB`))
})

function load(text: string): ReturnType<typeof loadConfig>['config'] {
  const root = mkdtempSync(join(tmpdir(), 'klue-alerts-'))
  try {
    writeFileSync(join(root, 'klue-config.yaml'), `name: things\n${text}`)
    return loadConfig({ root, stage: 'local', env: {} }).config
  } finally {
    rmSync(root, { recursive: true })
  }
}
