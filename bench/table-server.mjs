// node --conditions=klue-source --import tsx table-server.mjs: the embedded DynamoDB with the tables that are measured; prints where it answers.
import { ensureTables, openDatabase } from '../src/persist/index.ts'
import { openLocalDynamo } from '../src/platform/local/index.ts'

const { endpoint, credentials } = await openLocalDynamo({ memory: true })
const database = openDatabase({ endpoint, credentials, prefix: 'bench-' })
const table = (name, partition, sort) => ({ name, table: name, key: { partition, sort }, indexes: [], keyTypes: { [partition]: 'S', [sort]: 'S' }, properties: {} })
// electrodb keeps keys in attributes of their own.
await ensureTables(database, [table('measurements', 'series', 'id'), table('measurements-pk', 'pk', 'sk')])
database.close()
process.stdout.write(`${JSON.stringify({ endpoint, credentials })}\n`)
