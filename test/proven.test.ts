// docs/reference/proven.md has a row for everything that a deployment makes.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Template } from 'aws-cdk-lib/assertions'
import { NestedStack } from 'aws-cdk-lib'
import type { PersistDefinition } from '../src/openapi/index.ts'
import { operation, removeProjects, synthesise } from './infra/projects.ts'
import { everySetting } from './deploy/project.ts'
import { headings, readPage, section, tableRows } from './rules/pages.ts'

const page = 'docs/reference/proven.md'

after(removeProjects)

// A stage with every setting, one whose functions lie in nested stacks, and one with tasks, schedules and consumers that shifts in steps beside a candidate.
function resourceTypes(): string[] {
  const config = everySetting.replace('live: true\n', '').replace(/^functions:.*\n/m, '').replace('getLatest', 'getThing')
  const split = [operation('getThing', 'GET /things/{id}', { function: 'things' })]
  const things: PersistDefinition = { name: 'Thing', table: 'things', key: { partition: 'id' }, indexes: [], keyTypes: { id: 'S' }, properties: {} }
  const templates = [synthesise({ stage: 'live', config, persist: [things] }), synthesise({ operations: split, config: 'log_archive: true\n' }, { nestFunctions: true }), synthesise({ taskSeconds: 60, consumers: [{ bucket: 'b' }, { topic: 't' }, { event: { source: ['x'] }, bus: 'own' }].map((source, index) => ({ name: `c${index}`, source, options: { attempts: 5, timeoutSeconds: 60, slowMs: 30_000, idempotency: false } })), schedules: [{ name: 'daily', expression: 'rate(1 day)', timezone: 'UTC' }], config: 'shift: canary 10 5\nrun_schedules: true\n', context: { 'klue:candidate': 'a'.repeat(64) } })].flatMap(({ template, stack }) => [
    template,
    ...stack.node.findAll().filter((found): found is NestedStack => NestedStack.isNestedStack(found)).map((nested) => Template.fromStack(nested)),
  ])
  const types = templates.flatMap((template) => Object.values((template.toJSON() as { Resources: Record<string, { Type: string }> }).Resources).map(({ Type }) => Type))
  return [...new Set(types)].filter((type) => type !== 'AWS::CDK::Metadata').sort()
}

test('every type of resource has a row, and no other', () => {
  assert.deepEqual(names('## Resources'), resourceTypes())
})

test('every prop of KlueService has a row, and no other', () => {
  const props = tableRows('docs/reference/constructs.md', '### KlueServiceProps').map(([cell]) => cell!.replaceAll(/[`?]/g, ''))
  assert.deepEqual(names('## Props of KlueService'), props)
})

test('every row names its proof in the words that the page explains', () => {
  const explained = ['emulator', 'template', 'account', 'not yet']
  const rows = headings(readPage(page), 2).flatMap((heading) => section(readPage(page), `## ${heading}`).split('\n').filter((line) => /^\| (?!-|type|prop|what)/.test(line)))
  assert.ok(rows.length > 50)
  assert.deepEqual(rows.filter((row) => !row.split(' | ')[1]!.split(', ').every((word) => explained.includes(word))), [])
})

function names(heading: string): string[] {
  return tableRows(page, heading).map(([cell]) => cell!.replaceAll('`', ''))
}
