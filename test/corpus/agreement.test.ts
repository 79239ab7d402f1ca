// Every operation of the public documents: klue and openapi-backend refuse the same requests at the same places.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { listOperations } from '../../src/openapi/index.ts'
import { type CorpusDocument, documentFiles, openDocument } from './documents.ts'
import { klueVerdict, openPeer } from './judges.ts'
import { spokenRequests, writeRequest } from './requests.ts'
import { type Difference, rules } from './rules.ts'

const usedRules = new Set<string>()

for (const file of documentFiles) {
  test(file, async (t) => {
    const document = await openDocument(file)
    assert.deepEqual(document.faults, [])
    const { counts, byRule, unexplained } = compare(document)
    t.diagnostic(`${document.name}: ${counts.operations} operations, ${counts.requests} requests, ${counts.fitting} of the fitting ones accepted, ${counts.refused} refused, ${counts.agreed} agreed; ${JSON.stringify(byRule)}`)
    assert.deepEqual(unexplained.slice(0, 20), [])
    // A sample that fits no schema would compare nothing.
    assert.ok(counts.fitting >= counts.operations * 0.9, `${counts.fitting} of ${counts.operations}`)
    assert.ok(counts.agreed >= counts.requests * 0.4)
  })
}

after(() => assert.deepEqual(Object.keys(rules).filter((id) => !usedRules.has(id)), [], 'rules that explain nothing'))

function compare(document: CorpusDocument): { counts: Record<'operations' | 'requests' | 'fitting' | 'refused' | 'agreed', number>; byRule: Record<string, number>; unexplained: string[] } {
  const { api, spec } = document
  const peerVerdict = openPeer(document)
  const counts = { operations: 0, requests: 0, fitting: 0, refused: 0, agreed: 0 }
  const byRule: Record<string, number> = {}
  const unexplained: string[] = []
  for (const [index, raw] of listOperations(api).entries()) {
    const operation = spec.table.operations[index]!
    counts.operations += 1
    for (const spoken of spokenRequests(api, raw)) {
      const written = writeRequest(operation, spoken)
      const klue = klueVerdict(spec, operation, written)
      const peer = peerVerdict(operation, spoken, written)
      counts.requests += 1
      if (spoken.mutant === undefined && klue.size === 0) counts.fitting += 1
      if (klue.size > 0) counts.refused += 1
      const difference = { api, raw, operation, spoken, klue, peer }
      if (klue.size === peer.size && [...klue].every((pointer) => peer.has(pointer))) counts.agreed += 1
      else note(difference, byRule, unexplained)
    }
  }
  return { counts, byRule, unexplained }
}

function note(difference: Difference, byRule: Record<string, number>, unexplained: string[]): void {
  const id = Object.keys(rules).find((candidate) => rules[candidate]!(difference))
  if (id === undefined) {
    const { operation, spoken, klue, peer } = difference
    unexplained.push(`${operation.id} ${spoken.mutant?.keyword ?? 'fitting'} ${spoken.mutant?.path.join('/') ?? ''}: klue ${[...klue].join(' ')} | openapi-backend ${[...peer].join(' ')}`)
    return
  }
  usedRules.add(id)
  byRule[id] = (byRule[id] ?? 0) + 1
}

test('the reference gives the reason of each rule', () => {
  const page = readFileSync(fileURLToPath(new URL('../../docs/reference/openapi-support.md', import.meta.url)), 'utf8')
  assert.deepEqual([...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1]).sort(), Object.keys(rules).sort())
})
