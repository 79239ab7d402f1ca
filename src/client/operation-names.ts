// The names under which a client offers the operations of an API.
import type { ClientOperation, ClientSpec } from '../openapi/table.ts'

// What is found out about a document once serves every client of it; the entry goes when the document does.
const knownNames: WeakMap<object, Map<string, ClientOperation>> = new WeakMap()

export function namesOf(spec: ClientSpec): Map<string, ClientOperation> {
  const known = knownNames.get(spec)
  if (known !== undefined) return known
  const names = new Map<string, ClientOperation>()
  for (const operation of spec.operations) names.set(operation.clientName, operation)
  // An operationId wins over another operation's x-bind-client: the types name operations by their ids.
  for (const operation of spec.operations) names.set(operation.id, operation)
  knownNames.set(spec, names)
  return names
}
