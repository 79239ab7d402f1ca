// node --conditions=klue-source --import tsx table-server.mjs: the embedded DynamoDB with the tables that are measured; prints where it answers.
import { ensureTables, openDatabase } from '../src/persist/index.ts'
import { openLocalDynamo } from '../src/platform/local/index.ts'
import { storeDefinition } from '../src/store/index.ts'

const { endpoint, credentials } = await openLocalDynamo({ memory: true })
const database = openDatabase({ endpoint, credentials, prefix: 'bench-' })
const table = (name, partition, sort) => ({ name, table: name, key: sort === undefined ? { partition } : { partition, sort }, indexes: [], keyTypes: { [partition]: 'S', ...(sort === undefined ? {} : { [sort]: 'S' }) }, properties: {} })
// electrodb keeps keys in attributes of their own; Powertools' idempotency has a table of one key.
await ensureTables(database, [table('measurements', 'series', 'id'), table('measurements-pk', 'pk', 'sk'), table('idempotency', 'id'), storeDefinition])
database.close()
process.stdout.write(`${JSON.stringify({ endpoint, credentials })}\n`)
