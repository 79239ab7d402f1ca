// The step switch of the local server: loaded with the first request, and only where the service has switches.
import type { Database } from '../persist/index.ts'
import type { Platform } from '../runtime/edge.ts'

/** Asks the switches of the stage `local`. */
export function localSwitches(database: () => Database): NonNullable<Platform['control']> {
  let opened: Promise<NonNullable<Platform['control']>> | undefined
  const open = async (): Promise<NonNullable<Platform['control']>> => {
    const { askSwitches, openFreshSwitches } = await import('../control/index.ts')
    const switches = openFreshSwitches({ database: database() })
    return (request) => askSwitches(switches, { ...request, isCandidate: false })
  }
  // The next request tries again.
  const again = (failure: unknown): never => {
    opened = undefined
    throw failure
  }
  return async (request) => await (await (opened ??= open().catch(again)))(request)
}
