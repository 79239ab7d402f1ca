// The verdicts of the gate beside those of oasdiff: single changes, and two releases of GitHub's API.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareDocuments } from '../../src/gate/index.ts'
import { baseDocument } from './base-document.ts'
import { differences, recorded } from './differences.ts'
import { twoReleases } from './releases.ts'
import { singleChanges } from './single-changes.ts'

test('every single change has the verdict of oasdiff, or a reason why not', () => {
  const { verdicts } = recorded<{ breaking: boolean; rules: string[] }>('oasdiff.json')
  assert.deepEqual(Object.keys(verdicts), singleChanges.map(({ name }) => name), 'record the verdicts again with test/gate/record-oasdiff.ts')
  assert.ok(singleChanges.length >= 60)
  const found: Record<string, boolean> = {}
  for (const { name, from = {}, to } of singleChanges) {
    const breaking = compareDocuments(baseDocument(from), baseDocument(from, to)).some((change) => change.breaking)
    if (breaking !== verdicts[name]!.breaking) found[name] = breaking
  }
  assert.deepEqual(found, Object.fromEntries(singleChanges.filter(({ name }) => name in differences).map(({ name }) => [name, differences[name]!.breaking])))
  assert.deepEqual(Object.keys(differences).filter((name) => !(name in verdicts)), [])
})

test('a change back has the opposite effect where one of them narrows', () => {
  const pairs = [['request: enum value added', 'request: enum value removed'], ['response: maxLength raised', 'response: maxLength lowered'], ['request: property became optional', 'request: property became required']] as const
  for (const pair of pairs) {
    const verdicts = pair.map((name) => singleChanges.find((change) => change.name === name)!).map(({ from = {}, to }) => compareDocuments(baseDocument(from), baseDocument(from, to)).some(({ breaking }) => breaking))
    assert.notEqual(verdicts[0], verdicts[1], pair.join(' / '))
    const [{ from = {}, to }] = [singleChanges.find(({ name }) => name === pair[0])!]
    assert.equal(compareDocuments(baseDocument(from, to), baseDocument(from)).some(({ breaking }) => breaking), verdicts[1], `${pair[0]}, back`)
  }
})

// Why single operations of the two releases are judged differently: rules that only one of both has.
const onlyHere: Readonly<Record<string, string>> = {
  'operation-removed': differences['deprecated operation removed']!.reason,
  'request-default-changed': differences['request: default changed']!.reason,
  'response-property-removed': differences['response: optional property removed']!.reason,
}
const onlyThere: Readonly<Record<string, string>> = {
  'GET /organizations/{org}/settings/billing/budgets': 'A text became one of a list of values, as union or as enum: the answers got fewer.',
  'GET /users/{username}/starred': 'Both branches of the union are there still, with more properties; oasdiff takes them for new ones.',
}

test('two releases of GitHub have the verdicts of oasdiff, operation by operation, or a reason why not', () => {
  const { verdicts } = recorded<string[]>('oasdiff-releases.json')
  const { before, after } = twoReleases()
  const own = new Map<string, Set<string>>()
  for (const { method, path, rule, breaking } of compareDocuments(before, after)) if (breaking) own.set(`${method} ${path}`, (own.get(`${method} ${path}`) ?? new Set()).add(rule))
  const agreed = [...own.keys()].filter((operation) => operation in verdicts)
  const here = [...own].filter(([operation]) => !(operation in verdicts))
  assert.deepEqual([agreed.length, here.length], [189, 19])
  assert.deepEqual(here.filter(([, rules]) => ![...rules].every((rule) => rule in onlyHere)).map(([operation, rules]) => `${operation}: ${[...rules].join(', ')}`), [])
  assert.deepEqual([...new Set(here.flatMap(([, rules]) => [...rules]))].sort(), Object.keys(onlyHere))
  assert.deepEqual(Object.keys(verdicts).filter((operation) => !own.has(operation)), Object.keys(onlyThere))
})
