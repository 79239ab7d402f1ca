// Compares two published documents of one API, operation by operation.
import type { RawOperation } from '../openapi/index.ts'
import type { Change, Finding } from './change.ts'
import { compareBody, compareResponses } from './compare-content.ts'
import { compareIdempotency, withoutKeyHeader } from './compare-idempotency.ts'
import { compareParameters } from './compare-parameters.ts'
import { compareSecurity } from './compare-security.ts'
import { compareTasks } from './compare-tasks.ts'
import { operationName, type OperationPair, pairOperations } from './pair-operations.ts'
import { type Found, openParts } from './parts.ts'
import { type GateDocument, openDocument } from './resolve.ts'
import { type Pair, SchemaComparison } from './schema-comparison.ts'

/**
 * What changed for callers from one published document of an API to the next, in the order of the operations; breaking changes of an operation first.
 * Both documents are OpenAPI 3.0 or 3.1 and complete in themselves. Servers, descriptions and the order of things are not compared. Never throws.
 *
 * @example compareDocuments(deployed, planned).filter(({ breaking }) => breaking)
 */
export function compareDocuments(before: unknown, after: unknown): Change[] {
  const sources = { before: openDocument(before), after: openDocument(after) }
  const comparison = new SchemaComparison(sources)
  const operations = pairOperations(sources.before, sources.after).map((pair) => ({ pair, found: compareOperation(pair, { ...sources, comparison }) }))
  comparison.finish()
  return operations.flatMap(({ pair, found }) => changesOf(pair.after ?? pair.before!, found))
}

interface Context {
  before: GateDocument
  after: GateDocument
  comparison: SchemaComparison
}

function compareOperation(pair: OperationPair, context: Context): Found[] {
  const { before, after } = pair
  if (before === undefined) return [{ part: 'Operation', finding: { pointer: after!.pointer, rule: 'operation-added', breaking: false, text: 'it is new; no caller breaks' } }]
  if (after === undefined) return [{ part: 'Operation', finding: { pointer: before.pointer, rule: 'operation-removed', breaking: true, text: `it is gone${before.value['deprecated'] === true ? ', deprecated before' : ''}; every caller gets 404 or 405` } }]
  const found: Found[] = compareHead({ before, after }).map((finding) => ({ part: 'Operation', finding }))
  const parts = openParts({ ...context, found })
  for (const finding of compareSecurity({ before: [context.before, before], after: [context.after, after] })) parts.tell('Security', finding)
  compareParameters({ before: withoutKeyHeader(before), after: withoutKeyHeader(after) }, parts)
  compareBody({ before, after }, parts)
  compareResponses({ before, after }, parts)
  return found
}

// What stands at the operation itself.
function compareHead({ before, after }: { before: RawOperation; after: RawOperation }): Finding[] {
  const findings: Finding[] = []
  const tell = (key: string, finding: Omit<Finding, 'pointer'>): void => void findings.push({ pointer: key in after.value ? `${after.pointer}/${key}` : after.pointer, ...finding })
  if (before.id !== after.id) tell('operationId', { rule: 'operation-id-changed', breaking: false, text: `it was called \`${operationName(before)}\`; generated clients name it anew, requests stay the same` })
  const [wasDeprecated, isDeprecated] = [before.value['deprecated'] === true, after.value['deprecated'] === true]
  if (wasDeprecated !== isDeprecated) tell('deprecated', { rule: isDeprecated ? 'operation-deprecated' : 'operation-reactivated', breaking: false, text: `it is ${isDeprecated ? '' : 'not '}deprecated ${isDeprecated ? 'now' : 'any more'}; no caller breaks` })
  const [wasSunset, isSunset] = [before, after].map(({ value }) => (typeof value['x-sunset'] === 'string' ? value['x-sunset'] : undefined))
  if (wasSunset !== isSunset) tell('x-sunset', { rule: 'operation-sunset-changed', breaking: false, text: `it is to end ${isSunset === undefined ? 'at no set time' : `on ${isSunset}`}${wasSunset === undefined ? '' : ` instead of on ${wasSunset}`}; no caller breaks yet` })
  const [wasLimit, isLimit] = [before.value['x-klue-body-limit'], after.value['x-klue-body-limit']]
  if (typeof wasLimit === 'number' && typeof isLimit === 'number' && wasLimit !== isLimit) {
    const breaking = isLimit < wasLimit
    tell('x-klue-body-limit', { rule: breaking ? 'request-body-limit-lowered' : 'request-body-limit-raised', breaking, text: `bodies may have ${isLimit} bytes instead of ${wasLimit}; ${breaking ? 'callers that send larger ones get 413' : 'no caller breaks'}` })
  }
  for (const finding of compareIdempotency({ before, after })) tell('x-klue-idempotency', finding)
  for (const finding of compareTasks({ before, after })) tell('x-klue-task', finding)
  return findings
}

function changesOf(operation: RawOperation, found: readonly Found[]): Change[] {
  const { method, path } = operation
  const changes = new Map<string, Change>()
  for (const { part, finding, pair } of found) {
    for (const one of finding === undefined ? findingsBelow(pair!) : [finding]) {
      // The same schema in several answers is one change of the operation.
      const key = `${one.rule} ${one.pointer} ${one.text}`
      if (!changes.has(key)) changes.set(key, { operation: operationName(operation), method, path, pointer: one.pointer, rule: one.rule, breaking: one.breaking, message: `${part}: ${one.text}.` })
    }
  }
  return [...changes.values()].sort((one, other) => Number(other.breaking) - Number(one.breaking))
}

function findingsBelow(pair: Pair): Finding[] {
  const seen = new Set([pair])
  const findings: Finding[] = []
  const waiting = [pair]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    findings.push(...next.findings)
    for (const below of next.below) {
      if (seen.has(below)) continue
      seen.add(below)
      waiting.push(below)
    }
  }
  return findings
}
