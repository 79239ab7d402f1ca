// A store whose working part is loaded with its first call: most requests never ask who may log in.
import type { Database } from '../persist/index.ts'
import type { Store, StoreOptions } from './store.ts'
import type { Users } from './users.ts'

/** Does what `openStore` does. */
export function lazyStore(database: Database, options: StoreOptions = {}): Store {
  let opening: Promise<Users> | undefined
  const users = (): Promise<Users> => (opening ??= import('./store.ts').then(({ openStore }) => openStore(database, options).users))
  return {
    users: {
      add: async (...args) => (await users()).add(...args),
      setPassword: async (...args) => (await users()).setPassword(...args),
      remove: async (...args) => (await users()).remove(...args),
      list: async () => (await users()).list(),
      verify: async (...args) => (await users()).verify(...args),
    },
  }
}
