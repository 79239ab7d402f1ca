// What a start of a service throws: found by starting it, on a platform where nothing is.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config/index.ts'
import { type Fault, messageOf } from '../errors/index.ts'
import { locate } from '../openapi/index.ts'
import { openService, type Platform } from '../runtime/edge.ts'
import { entryFault } from './entry-fault.ts'
import type { LocatedService } from './import-services.ts'

/** Every fault with which the start of a service ends, in Lambda and on this machine alike. */
export function startFaults(root: string, { entry, service }: LocatedService, config: Config): Fault[] {
  try {
    openService(service, nowhere(config))
    return []
  } catch (error) {
    return entryFault(error, { root, entry, doing: 'starting this service' }).map((fault) => placed(root, fault))
  }
}

// A start opens nothing, so that nothing has to be there.
function nowhere(config: Config): Platform {
  const refuse = (): never => {
    throw new Error('a service was only started to see whether it can be')
  }
  return { config, database: refuse, store: refuse, secret: () => Promise.resolve(undefined), log: () => undefined, local: new Map(), version: '', now: Date.now }
}

function placed(root: string, fault: Fault): Fault {
  if (fault.line !== undefined || fault.pointer === undefined || !/\.(ya?ml|json)$/.test(fault.file)) return fault
  try {
    return { ...fault, ...locate({ file: fault.file, text: readFileSync(join(root, fault.file), 'utf8') }, fault.pointer) }
  } catch (error) {
    // The document may be gone since it was compiled; the fault stays.
    return { ...fault, message: `${fault.message}; the document cannot be read: ${messageOf(error)}` }
  }
}
