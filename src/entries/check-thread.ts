// The thread in which entry files are imported and started to see whether they can be. Started by check-start.ts.
import { isMainThread, type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { loadConfig } from '../config/build.ts'
import { setConfig } from '../config/index.ts'
import type { Fault } from '../errors/index.ts'
import { checkConsumers } from './check-consumers.ts'
import { checkHandlers } from './check-handlers.ts'
import { checkTasks } from './check-tasks.ts'
import { checkTasksPath } from './check-tasks-path.ts'
import type { CheckNews, CheckWish } from './check-start.ts'
import { entryFault } from './entry-fault.ts'
import { importServices, type LocatedService } from './import-services.ts'
import { planSchedules } from './plan-schedules.ts'
import { startFaults } from './start-faults.ts'

if (!isMainThread && parentPort !== null) void check(parentPort, workerData as CheckWish)

async function check(port: MessagePort, { root, stage, modules }: CheckWish): Promise<void> {
  // Places are those of the sources, not of the bundle.
  process.setSourceMapsEnabled(true)
  // A file that waits for ever leaves the thread without work. Node ends it with 0 then, as if the file had asked for it.
  process.once('beforeExit', () => process.exit(13))
  const say = (news: CheckNews): void => port.postMessage(news)
  const faults: Fault[] = []
  const services: LocatedService[] = []
  // Before there is a configuration, as in a deployed function.
  for (const [entry, href] of modules) {
    say({ entry })
    try {
      services.push(...await importServices(new Map([[entry, new URL(href)]])))
    } catch (error) {
      faults.push(...entryFault(error, { root, entry, doing: 'importing this file' }))
    }
  }
  const { config } = loadConfig({ root, ...(stage === undefined ? {} : { stage }), unset: 'leave out' })
  setConfig(config)
  for (const service of services) faults.push(...startFaults(root, service, config))
  say({ faults: [...faults, ...checkHandlers(root, services), ...checkTasks(services), ...checkConsumers(services), ...checkTasksPath(root, services, config), ...planSchedules(root, services, config).faults] })
}
