// The database of the function that takes lines in: it makes so many small calls that the SDK would be most of its work.
import { type Database, type DatabaseOptions, openDatabase, openJsonDatabase } from '../persist/index.ts'
import { openDynamoSender } from '../platform/aws/index.ts'
import { functionCredentials } from './credentials.ts'

// Regions with addresses of their own kind are left to the SDK, which knows all of them.
const strange = /-iso|^eusc-/

/** Opens a database as `openDatabase` does, whose calls of items are signed and sent by the kit itself. */
export function openSlimDatabase(options: DatabaseOptions): Database {
  const { endpoint, region, usesOwnCredentials, credentials } = options
  const others = openDatabase(options)
  if (endpoint === undefined && (region === undefined || strange.test(region))) return others
  const known = credentials ?? { accessKeyId: 'local', secretAccessKey: 'local' }
  const sender = openDynamoSender({ region: region ?? 'us-east-1', credentials: endpoint === undefined || usesOwnCredentials === true ? functionCredentials : () => known, ...(endpoint === undefined ? {} : { endpoint }) })
  return openJsonDatabase({ ...sender, others })
}
