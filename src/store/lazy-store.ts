// A store whose working part is loaded with its first call: most requests never ask who may log in.
import type { Database } from '../persist/index.ts'
import type { Store, StoreOptions } from './store.ts'
import type { Users } from './users.ts'

/** Does what `openStore` does. */
export function lazyStore(database: Database, options: StoreOptions = {}): Store {
  let opening: Promise<Users> | undefined
  return { users: lazyUsers(() => (opening ??= import('./store.ts').then(({ openStore }) => openStore(database, options).users))) }
}

/** Users that are opened with each call; where that fails, the call does. `address` is that of the caller, where one is known. */
export function lazyUsers(open: () => Promise<Users>, address?: string): Users {
  return {
    add: async (...args) => (await open()).add(...args),
    setPassword: async (...args) => (await open()).setPassword(...args),
    remove: async (...args) => (await open()).remove(...args),
    list: async () => (await open()).list(),
    verify: async (name, password, options) => (await open()).verify(name, password, options ?? (address === undefined ? {} : { address })),
  }
}
