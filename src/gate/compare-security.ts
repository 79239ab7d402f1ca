// Compares what callers must show: each way in that was enough must be enough still.
import { arrayOf, followRefs, isObject, objectOf, type RawOperation, stringsOf } from '../openapi/index.ts'
import type { Finding } from './change.ts'
import { listed } from './change.ts'
import { type GateDocument } from './resolve.ts'

/** One way in: schemes that are all asked for, by what they are, with their scopes. */
interface Way {
  schemes: Map<string, { name: string; scopes: string[] }>
}

/** What changed of the security of an operation; nothing where both ask for the same. */
export function compareSecurity({ before, after }: { before: [GateDocument, RawOperation]; after: [GateDocument, RawOperation] }): Finding[] {
  const [was, is] = [waysOf(...before), waysOf(...after)]
  const pointer = 'security' in after[1].value ? `${after[1].pointer}/security` : 'security' in after[0].document ? '/security' : after[1].pointer
  const isEnough = (ways: readonly Way[], shown: Way): boolean => ways.some((way) => isWithin(way, shown))
  const shut = was.filter((way) => !isEnough(is, way))
  const opened = is.filter((way) => !isEnough(was, way))
  const findings: Finding[] = []
  if (shut.length > 0) findings.push({ pointer, ...stronger(shut[0]!, is) })
  if (opened.length > 0) findings.push({ pointer, rule: 'security-weakened', breaking: false, text: `${textOf(opened[0]!)} is enough now; no caller breaks` })
  return findings
}

function stronger(shut: Way, ways: readonly Way[]): Pick<Finding, 'rule' | 'breaking' | 'text'> {
  if (shut.schemes.size === 0) return { rule: 'security-added', breaking: true, text: `it asks for ${ways.map(textOf).join(' or ')} now; callers that show nothing are refused` }
  const scopes = ways.filter((way) => [...way.schemes.keys()].every((scheme) => shut.schemes.has(scheme))).flatMap((way) => [...way.schemes].flatMap(([scheme, { scopes }]) => scopes.filter((scope) => !shut.schemes.get(scheme)!.scopes.includes(scope))))
  if (scopes.length > 0) return { rule: 'security-scope-added', breaking: true, text: `it asks for the scope ${listed([...new Set(scopes)])} now; callers without it are refused` }
  return { rule: 'security-strengthened', breaking: true, text: `${textOf(shut)} is not enough any more; callers that show only that are refused` }
}

// Whoever shows the one shows all that the other asks for.
function isWithin(way: Way, shown: Way): boolean {
  return [...way.schemes].every(([scheme, { scopes }]) => {
    const own = shown.schemes.get(scheme)
    return own !== undefined && scopes.every((scope) => own.scopes.includes(scope))
  })
}

function waysOf(source: GateDocument, operation: RawOperation): Way[] {
  const declared = arrayOf(operation.value['security'] ?? source.document['security']).filter(isObject)
  if (declared.length === 0) return [{ schemes: new Map() }]
  return declared.map((requirement) => ({ schemes: new Map(Object.entries(requirement).map(([name, scopes]) => [identityOf(source, name), { name, scopes: stringsOf(scopes) }])) }))
}

// What a caller sends; the name of a scheme is between the document and itself.
function identityOf(source: GateDocument, name: string): string {
  const schemes = objectOf(objectOf(source.document['components'])['securitySchemes'])
  const scheme = objectOf(followRefs(source.document, Object.hasOwn(schemes, name) ? schemes[name] : undefined))
  const text = (key: string): string => String(scheme[key] ?? '').toLowerCase()
  switch (scheme['type']) {
    case 'http': return `http ${text('scheme')}`
    case 'apiKey': return `apiKey ${text('in')} ${scheme['in'] === 'header' ? text('name') : String(scheme['name'])}`
    case 'openIdConnect': return `openIdConnect ${String(scheme['openIdConnectUrl'])}`
    default: return `${text('type')} ${name}`
  }
}

function textOf({ schemes }: Way): string {
  if (schemes.size === 0) return 'no token'
  return [...schemes.values()].map(({ name, scopes }) => `\`${name}\`${scopes.length > 0 ? ` (${scopes.join(', ')})` : ''}`).join(' with ')
}
