// One of the processes of a storm: records its share of the reports and prints the messages that it has to deliver.
import { openDatabase } from '../../src/persist/index.ts'
import type { DynamoAccess } from '../../src/platform/local/index.ts'
import { recordReports } from '../../src/reports/index.ts'
import { again } from './sample.ts'

interface Share extends DynamoAccess {
  prefix: string
  keys: string[]
  /** Epoch milliseconds of the first failure. */
  start: number
}

const { endpoint, credentials, prefix, keys, start } = JSON.parse(process.argv[2]!) as Share
const database = openDatabase({ endpoint, credentials, prefix, now: () => start + 60_000 })
const outgoing = await recordReports(database, keys.map((key) => again(key, start + Number(key.replace(/\D/g, '')) * 5)))
database.close()
process.stdout.write(JSON.stringify(outgoing.map(({ id, kind }) => ({ id, kind }))))
