// A service whose operations ask for idempotency, on a database in memory, for tests that send requests twice.
import { type Database, ensureTables, openDatabase } from '../../src/persist/index.ts'
import { openLocalDynamo } from '../../src/platform/local/index.ts'
import { storeDefinition } from '../../src/store/index.ts'
import { apiDocument, compileApi, jsonBody, type LooseHandlers, open, type Opened, operation, parameter, type PlatformParts } from './service-fixture.ts'

/** A table of the kit in memory, with a clock that tests move. */
export interface KeyTable {
  database: Database
  now: { ms: number }
  close(): Promise<void>
}

export async function openKeyTable(): Promise<KeyTable> {
  const dynamo = await openLocalDynamo({ memory: true })
  const now = { ms: Date.now() }
  const database = openDatabase({ endpoint: dynamo.endpoint, credentials: dynamo.credentials, prefix: 'test-', now: () => now.ms })
  await ensureTables(database, [storeDefinition])
  return {
    database,
    now,
    async close() {
      database.close()
      await dynamo.close()
    },
  }
}

const transfer = { type: 'object', properties: { amount: { type: 'number' }, note: { type: 'string' }, idempotency_key: { type: 'string' } } }

/** POST /transfers of callers with an API key whose name is their id, POST /open for anybody, and some more. */
export const transfersDocument: Record<string, unknown> = apiDocument({
  '/transfers': { post: operation('transfer', { 'x-klue-idempotency': { headers: ['X-Account'] }, security: [{ key: [] }], parameters: [parameter('header X-Account', { type: 'string' }), parameter('query mode', { type: 'string', default: 'fast' })], requestBody: jsonBody(transfer) }) },
  '/payments/{id}': { post: operation('pay', { 'x-klue-idempotency': { on_unknown: 'refuse', ttl: '1h' }, security: [{ key: [] }], parameters: [parameter('path id', { type: 'string' })] }) },
  '/maybe': { post: operation('maybe', { 'x-klue-idempotency': 'optional', security: [{ key: [] }] }) },
  '/body': { post: operation('inBody', { 'x-klue-idempotency': { key: '/idempotency_key' }, security: [{ key: [] }], requestBody: jsonBody(transfer) }) },
  '/open': { post: operation('anybody', { 'x-klue-idempotency': { anonymous: true } }) },
  '/plain': { post: operation('plain', { security: [{ key: [] }] }) },
  '/nameless': { post: operation('nameless', { 'x-klue-idempotency': 'required', security: [{ nameless: [] }] }) },
  '/quick': { post: operation('quick', { 'x-klue-idempotency': 'required', 'x-klue-timeout': 0.2, security: [{ key: [] }] }) },
  '/storm': { post: operation('storm', { 'x-klue-idempotency': 'required', 'x-klue-timeout': 4, security: [{ key: [] }], requestBody: jsonBody(transfer) }) },
}, { components: { securitySchemes: { key: { type: 'apiKey', name: 'X-Key', in: 'header' }, nameless: { type: 'apiKey', name: 'X-Key', in: 'header' } } } })

let spec: ReturnType<typeof compileApi> | undefined

/** Parts of the platform, and the compiled form where another process has made it. */
export type TransfersParts = PlatformParts & { spec?: Awaited<ReturnType<typeof compileApi>> }

/** Opens the service; each handler that is not given answers `{}`. */
export async function openTransfers(table: KeyTable, handlers: LooseHandlers = {}, { spec: made, ...parts }: TransfersParts = {}): Promise<Opened> {
  const compiled = made ?? (await (spec ??= compileApi(transfersDocument)))
  const all = Object.fromEntries(compiled.table.operations.map(({ id }) => [id, () => ({})])) as LooseHandlers
  return open({ spec: compiled, handlers: { ...all, ...handlers }, security: { key: (shown) => (shown.kind === 'apiKey' ? { id: shown.key } : false), nameless: () => true } }, { database: () => table.database, now: () => table.now.ms, ...parts })
}

/** A request of a caller with a key. */
export function sent(key: string | undefined, body: unknown = { amount: 1 }, headers: Record<string, string> = {}): { headers: Record<string, string>; body: string } {
  return { headers: { 'x-key': 'ann', 'content-type': 'application/json', ...(key === undefined ? {} : { 'idempotency-key': key }), ...headers }, body: JSON.stringify(body) }
}
