// Faults of operations: their names, paths, parameters, security and statuses.
import { nearest } from '../../errors/index.ts'
import { checkIdempotency } from './check-idempotency.ts'
import { checkTask } from './check-task.ts'
import { listOperations, type RawOperation } from '../compile/operations.ts'
import { namesOf, segmentsOf, shapeOfPath } from '../compile/routes.ts'
import type { ApiDocument, FaultNote } from '../read/document.ts'
import { arrayOf, followRefs, isObject, objectOf, pointerTo } from '../read/pointers.ts'

// The names of openapi-backend's own hooks, which a handler of the same name would replace.
const hookNames = ['notFound', '404', 'methodNotAllowed', '405', 'notImplemented', '501', 'validationFail', '400', 'unauthorizedHandler', 'preRoutingHandler', 'postRoutingHandler', 'postSecurityHandler', 'preOperationHandler', 'postResponseHandler']
const reservedIds = new Set([...hookNames, ...Object.getOwnPropertyNames(Object.prototype)])

/** @param changed only the operations of these path items are looked at by themselves; all are compared with each other */
export function checkOperations(api: ApiDocument, changed?: ReadonlySet<string>): FaultNote[] {
  const operations = listOperations(api)
  const checked = changed === undefined ? operations : operations.filter(({ path }) => changed.has(path))
  return [
    ...checked.flatMap(checkId),
    ...doubleIds(operations),
    ...checkPaths(operations),
    ...checked.flatMap((operation) => [...checkParameters(api, operation), ...checkReplies(api, operation), ...checkIdempotency(api, operation), ...checkTask(api, operation), ...checkSecurity(api, operation.value['security'], pointerTo(operation.pointer, 'security'))]),
    ...checkSecurity(api, api.document?.['security'], '/security'),
    ...checkSchemes(api),
  ]
}

function checkId(operation: RawOperation): FaultNote[] {
  const { id, method, path, pointer, value } = operation
  const place = typeof value['operationId'] === 'string' ? pointerTo(pointer, 'operationId') : pointer
  if (id === '') return [{ code: 'operation-id-missing', pointer, message: `${method} ${path} has no operationId`, hint: `add one, for example operationId: ${suggestedId(operation)}` }]
  if (reservedIds.has(id)) return [{ code: 'operation-id-reserved', pointer: place, message: `The operationId ${id} is a name that the runtime uses itself`, hint: `choose another, for example ${suggestedId(operation)}` }]
  return []
}

function suggestedId({ method, path }: RawOperation): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '').map((word) => (word[0] ?? '').toUpperCase() + word.slice(1))
  return method.toLowerCase() + words.join('')
}

function doubleIds(operations: RawOperation[]): FaultNote[] {
  const first = new Map<string, RawOperation>()
  return operations.flatMap((operation) => {
    const other = first.get(operation.id)
    if (operation.id === '' || other === undefined) {
      first.set(operation.id, operation)
      return []
    }
    return [{ code: 'operation-id-double', pointer: 'operationId' in operation.value ? pointerTo(operation.pointer, 'operationId') : operation.pointer, message: `The operationId ${operation.id} is also that of ${other.method} ${other.path}`, hint: 'every operation of an API needs a name of its own' } satisfies FaultNote]
  })
}

function checkPaths(operations: RawOperation[]): FaultNote[] {
  const notes: FaultNote[] = []
  const shapes = new Map<string, RawOperation>()
  for (const path of new Set(operations.map((operation) => operation.path))) {
    const message = pathFault(path)
    if (message !== undefined) notes.push({ code: 'path-invalid', pointer: pointerTo('', 'paths', path), message: `The path ${path} ${message}` })
  }
  for (const operation of operations) {
    if (pathFault(operation.path) !== undefined) continue
    const shape = `${operation.method} ${shapeOfPath(operation.path)}`
    const other = shapes.get(shape)
    if (other === undefined) shapes.set(shape, operation)
    else notes.push({ code: 'path-ambiguous', pointer: operation.pointer, message: `${operation.method} ${operation.path} matches the same requests as ${other.method} ${other.path}`, hint: 'merge the two paths, or let them differ in a literal segment' })
  }
  return notes
}

function pathFault(path: string): string | undefined {
  if (!path.startsWith('/')) return 'does not begin with a slash'
  if (/[?#]/.test(path)) return 'holds a ? or #, which no path of a request has; declare query parameters instead'
  if (segmentsOf(path) === undefined) return 'is malformed: braces must enclose one name each, and %-escapes must be UTF-8'
  const names = namesOf(path)
  const double = names.find((name, index) => names.indexOf(name) !== index)
  return double === undefined ? undefined : `has the parameter {${double}} twice`
}

function checkParameters(api: ApiDocument, operation: RawOperation): FaultNote[] {
  const notes: FaultNote[] = []
  const template = pathFault(operation.path) === undefined ? namesOf(operation.path) : undefined
  const declared = operation.parameters.filter(({ value }) => value['in'] === 'path').map(({ value }) => String(value['name']))
  const misspelt = new Set<string>()
  for (const name of template ?? []) {
    if (declared.includes(name)) continue
    const near = nearest(name, declared.filter((candidate) => template?.includes(candidate) === false))
    if (near !== undefined) misspelt.add(near)
    notes.push({ code: 'path-parameter-undeclared', pointer: operation.pointer, message: `The parameter {${name}} of the path ${operation.path} is not declared by ${operation.method}`, hint: near === undefined ? `add a parameter with name: ${name}, in: path, required: true` : `did you mean {${near}}?` })
  }
  for (const { value, pointer } of operation.parameters) {
    const name = String(value['name'])
    if (value['in'] !== 'path' || template === undefined || template.includes(name) || misspelt.has(name)) continue
    notes.push({ code: 'path-parameter-unused', pointer, message: `The path parameter ${name} is not in the path ${operation.path}`, hint: 'remove it, or put it in braces into the path' })
  }
  const item = operation.pointer.replace(/\/[a-z]+$/, '')
  const itemValue = objectOf(followRefs(api.document, objectOf(api.document?.['paths'])[operation.path]))
  return [...notes, ...checkList(api, itemValue['parameters'], pointerTo(item, 'parameters')), ...checkList(api, operation.value['parameters'], pointerTo(operation.pointer, 'parameters'))]
}

function checkList(api: ApiDocument, list: unknown, pointer: string): FaultNote[] {
  const seen = new Set<string>()
  return arrayOf(list).flatMap((entry, index): FaultNote[] => {
    const value = followRefs(api.document, entry)
    const place = pointerTo(pointer, index)
    if (!isObject(value) || Object.keys(value).length === 0) return []
    if (typeof value['name'] !== 'string' || value['name'] === '') return [{ code: 'parameter-invalid', pointer: place, message: 'The parameter has no name', hint: 'add name:' }]
    if (!['path', 'query', 'header', 'cookie'].includes(String(value['in']))) return [{ code: 'parameter-invalid', pointer: place, message: `The parameter ${value['name']} has no place that exists: ${JSON.stringify(value['in'])}`, hint: 'in: is one of path, query, header, cookie' }]
    const key = `${String(value['in'])} ${value['in'] === 'header' ? value['name'].toLowerCase() : value['name']}`
    if (seen.has(key)) return [{ code: 'parameter-double', pointer: place, message: `The ${String(value['in'])} parameter ${value['name']} is declared twice`, hint: 'remove one of the two' }]
    seen.add(key)
    return []
  })
}

function checkReplies(api: ApiDocument, operation: RawOperation): FaultNote[] {
  const replies = operation.value['responses']
  const isEmpty = !isObject(replies) || Object.keys(replies).length === 0
  if (isEmpty) return api.dialect === '3.1' && replies === undefined ? [] : [{ code: 'responses-missing', pointer: operation.pointer, message: `${operation.method} ${operation.path} declares no responses`, hint: 'add responses: with at least one status, for example 200' }]
  return Object.keys(replies).filter((status) => !/^([1-9]\d\d|[1-9]xx|default|x-.*)$/i.test(status)).map((status) => ({ code: 'status-invalid', pointer: pointerTo(operation.pointer, 'responses', status), message: `"${status}" is no status`, hint: 'use a number such as 200, a range such as 4XX, or default' }))
}

function checkSecurity(api: ApiDocument, security: unknown, pointer: string): FaultNote[] {
  const schemes = Object.keys(objectOf(objectOf(api.document?.['components'])['securitySchemes']))
  return arrayOf(security).flatMap((alternative, index) => Object.keys(objectOf(alternative)).filter((name) => !schemes.includes(name)).map((name): FaultNote => {
    const near = nearest(name, schemes)
    return { code: 'security-scheme-unknown', pointer: pointerTo(pointer, index, name), message: `There is no security scheme "${name}"`, hint: near === undefined ? `declare it under ${api.dialect === '2.0' ? 'securityDefinitions' : 'components.securitySchemes'}` : `did you mean "${near}"?` }
  }))
}

function checkSchemes(api: ApiDocument): FaultNote[] {
  const schemes = Object.entries(objectOf(objectOf(api.document?.['components'])['securitySchemes']))
  return schemes.flatMap(([name, entry]): FaultNote[] => {
    const pointer = pointerTo('', 'components', 'securitySchemes', name)
    const scheme = objectOf(followRefs(api.document, entry))
    const type = scheme['type']
    if (type === 'apiKey' && (typeof scheme['name'] !== 'string' || !['header', 'query', 'cookie'].includes(String(scheme['in'])))) return [{ code: 'security-scheme-invalid', pointer, message: `The security scheme ${name} needs a name, and in: header, query or cookie` }]
    if (type === 'http' && typeof scheme['scheme'] !== 'string') return [{ code: 'security-scheme-invalid', pointer, message: `The security scheme ${name} has no scheme`, hint: 'add scheme: bearer or scheme: basic' }]
    if (type === 'http' && !/^[\w!#$%&'*+.^`|~-]+$/.test(String(scheme['scheme']))) return [{ code: 'security-scheme-invalid', pointer: `${pointer}/scheme`, message: `The scheme ${JSON.stringify(scheme['scheme'])} of the security scheme ${name} is no name of an HTTP authentication scheme`, hint: 'use scheme: bearer, scheme: basic, or another single word' }]
    if (['apiKey', 'http', 'oauth2', 'openIdConnect', 'mutualTLS'].includes(String(type)) || Object.keys(scheme).length === 0) return []
    return [{ code: 'security-scheme-invalid', pointer, message: `The security scheme ${name} has the type ${JSON.stringify(type)}, which does not exist`, hint: 'use apiKey, http, oauth2, openIdConnect or mutualTLS' }]
  })
}
