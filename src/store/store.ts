// What the kit keeps for a service, opened on a database.
import type { Database } from '../persist/index.ts'
import { type PasswordHasher, scryptHasher } from './passwords.ts'
import { openUsers, type Users } from './users.ts'

export interface StoreOptions {
  /** Failed log-ins of a name within the window; 5 by default. */
  loginAttempts?: number
  /** Seconds; 900 by default. */
  loginWindowSeconds?: number
}

/** The kit's own table; `storeDefinition` makes it. */
export interface Store {
  readonly users: Users
}

/**
 * Opens the store; touches neither the network nor the SDK. A whole Config will do as options.
 * @param hasher makes and checks the hashes of passwords; apart from the options, because a Config may have an own key of any name
 */
export function openStore(database: Database, options: StoreOptions = {}, hasher: PasswordHasher = scryptHasher): Store {
  const limit = { attempts: options.loginAttempts ?? 5, windowSeconds: options.loginWindowSeconds ?? 900 }
  return { users: openUsers(database, { limit, hasher }) }
}
