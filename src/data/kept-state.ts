// How far a piece of work has come, kept in the table of the stage so that it goes on there after a crash.
import type { Database } from '../persist/index.ts'
import { readState, unclaim, writeState } from '../store/index.ts'

const keptSeconds = 7 * 86_400

export interface KeptState<State> {
  /** What an earlier run has left. */
  earlier: State | undefined
  keep(state: State): Promise<void>
  /** The work has come to its end. */
  forget(): Promise<void>
}

/** Opens the state of a work; only for whoever holds the lock of the data. Work that is not repeated within seven days begins anew. */
export async function keptState<State>(database: Database, name: string): Promise<KeptState<State>> {
  const what = { kind: 'data-work', name }
  const found = await readState(database, what)
  let seen = found?.revision
  let last: Promise<void> = Promise.resolve()
  const write = async (state: string): Promise<void> => {
    seen = await writeState(database, what, { state, seen, expires: Math.floor(database.now() / 1000) + keptSeconds })
    if (seen === undefined) throw new Error('somebody else works on the data of this stage now')
  }
  return {
    earlier: found === undefined ? undefined : (JSON.parse(found.state) as State),
    keep(state) {
      // As it is now: the work goes on changing it.
      const text = JSON.stringify(state)
      last = last.catch(() => undefined).then(() => write(text))
      return last
    },
    async forget() {
      await last
      await unclaim(database, what)
    },
  }
}
