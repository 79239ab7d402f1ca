// The vocabulary of x- extensions that klue understands, each with its place, type, default and meaning.

export interface Extension {
  name: string
  /** Where it has a meaning. */
  where: ('document' | 'operation' | 'tag' | 'schema' | 'parameter')[]
  type: 'seconds' | 'milliseconds' | 'bytes' | 'function-name' | 'module-path' | 'identifier' | 'flag' | 'boolean' | 'names' | 'persist' | 'idempotency' | 'task'
  /** What holds without it. */
  default: string
  doc: string
}

/** Every extension that klue reads; docs/reference/spec-extensions.md holds the same list. */
export const extensionVocabulary: readonly Extension[] = [
  { name: 'x-klue-timeout', where: ['operation'], type: 'seconds', default: '`timeout_seconds` of the configuration', doc: 'Seconds that the handler has before the caller gets 504 DEADLINE_EXCEEDED.' },
  { name: 'x-klue-slow-ms', where: ['operation'], type: 'milliseconds', default: 'the `report_call_exceeding_ms` of the configuration', doc: 'Milliseconds after which a call is reported as slow.' },
  { name: 'x-klue-body-limit', where: ['operation'], type: 'bytes', default: 'the `body_limit_bytes` of the configuration', doc: 'Largest body in bytes that the operation accepts; more is 413 PAYLOAD_TOO_LARGE.' },
  { name: 'x-klue-function', where: ['operation', 'tag'], type: 'function-name', default: 'the function of the API', doc: 'Name of the Lambda function that serves the operation, or every operation with the tag.' },
  { name: 'x-klue-idempotency', where: ['operation'], type: 'idempotency', default: 'a request that is sent twice runs twice', doc: 'Requests with the same key have one effect and one answer: `required`, `optional`, or a mapping. See [retries](../guide/retries.md).' },
  { name: 'x-klue-task', where: ['operation'], type: 'task', default: 'the answer waits for the handler', doc: 'The operation is accepted with 202 and runs as a task: `true`, or a mapping. See [work outside a request](../guide/tasks.md).' },
  { name: 'x-klue-formats', where: ['document'], type: 'names', default: 'no formats', doc: 'Formats of texts that the service may register, so that handlers see values: see [handlers](../guide/handlers.md).' },
  { name: 'x-klue-schema', where: ['schema'], type: 'boolean', default: 'the generated file exports only the type', doc: 'The generated file exports the component schema as a value of its name, for the input and the result of tasks.' },
  { name: 'x-bind-server', where: ['operation'], type: 'module-path', default: 'the operationId binds', doc: 'Dotted path of the handler; its last part is the operationId of an operation that has none.' },
  { name: 'x-no-bind-server', where: ['operation'], type: 'flag', default: 'the operation is served', doc: 'Where the key is present, whatever its value, the operation is left out: no route, no type, no client method.' },
  { name: 'x-bind-client', where: ['operation'], type: 'identifier', default: 'the operationId', doc: 'Name of the method in the generated client.' },
  { name: 'x-decorate-server', where: ['operation'], type: 'module-path', default: 'no decorator', doc: 'Name of the decorator around the handler.' },
  { name: 'x-decorate-request', where: ['operation'], type: 'module-path', default: 'no decorator', doc: 'Name of the decorator around the call of the client.' },
  { name: 'x-persist', where: ['schema'], type: 'persist', default: 'the schema is not persisted', doc: 'Keeps objects of a component schema in a DynamoDB table: key, indexes, expiry, versions, sets and what klue fills in.' },
  { name: 'x-nullable', where: ['schema', 'parameter'], type: 'boolean', default: 'false', doc: 'The value may be null; the Swagger 2.0 spelling of `nullable`.' },
]
