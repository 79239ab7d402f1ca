// The thread of data and log beside that of the requests: the embedded DynamoDB, and all that becomes of lines. Started by data-link.ts.
import { join } from 'node:path'
import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import { setConfig } from '../config/index.ts'
import { isUsageError, messageOf } from '../errors/index.ts'
import { embeddedData } from './embedded-data.ts'
import { localData } from './local-data.ts'
import { tellLeft } from './left-by-kill.ts'
import { localStack, stackOf } from './local-stack.ts'
import { type LocalTelemetryOptions, startLocalTelemetry } from './local-telemetry.ts'
import { folderFault } from '../workfolder/index.ts'
import type { DataAccess, FromThread, ThreadStart, ToThread, Wish } from './thread-messages.ts'

if (!isMainThread && parentPort !== null) serve(parentPort, workerData as ThreadStart)

function serve(port: NonNullable<typeof parentPort>, start: ThreadStart): void {
  const say = (message: FromThread): void => port.postMessage(message)
  let { config } = start
  // A promise that the service's own reporter forgot, or one of the kit, must not take the data along; what is thrown leaves a state that nobody knows, and does.
  process.on('unhandledRejection', (reason) => say({ kind: 'say', level: 'error', message: `Rejection of a promise that nobody waits for, in the thread of data and log: ${messageOf(reason)}`, ...sourceStackOf(reason, start.root) }))
  // For the service's own reporter, which may ask for it.
  setConfig(config)
  const source = embeddedData(config, start.folder)
  const data = localData(config, source)
  const options: LocalTelemetryOptions = {
    root: start.root,
    keepsFiles: start.keepsFiles,
    database: () => data.database,
    config: () => config,
    print: ({ level, message }) => say({ kind: 'say', level, message }),
  }
  const telemetry = startLocalTelemetry({ ...options, stored: (lines) => say({ kind: 'stored', lines }) })
  let looking: Promise<void> | undefined
  const fulfil = async (wish: Wish): Promise<DataAccess | undefined> => {
    if (wish.kind === 'drain') await telemetry.stop({ drain: wish.drain })
    else if (wish.kind === 'close') {
      await looking
      await data.close()
    }
    else {
      await data.ensure(wish.definitions)
      // Beside the requests: nobody waits for the log of an earlier process.
      looking ??= tellLeft(options, { folder: start.folder, mended: await source.mended() }).catch((error: unknown) => say({ kind: 'say', level: 'warn', message: `The log of an earlier process could not be stored: ${messageOf(error)}` }))
      return source.access()
    }
    return undefined
  }
  port.on('message', (message: ToThread) => {
    if (message.kind === 'config') setConfig((config = message.config))
    else if (message.kind === 'lines') {
      if (message.text !== '') for (const [index, line] of message.text.split('\n').entries()) telemetry.take(line, start.origin === undefined ? undefined : `${start.origin}-${message.first + index}`)
      telemetry.lose(message.lost)
    } else {
      const { id, wish } = message
      void fulfil(wish)
        .then((access) => say({ kind: 'done', id, access }))
        .catch((thrown: unknown) => {
          const error = folderFault(thrown) ?? thrown
          say({ kind: 'failed', id, message: messageOf(error), faults: isUsageError(error) ? error.faults : undefined })
        })
        // Nothing is left to do, and what connections stay open must not keep the thread.
        .finally(() => wish.kind === 'close' && port.close())
    }
  })
}

function sourceStackOf(reason: unknown, root: string): { stack?: string } {
  const stack = stackOf(reason)
  return stack === undefined ? {} : { stack: localStack(join(root, '.klue'))(stack) }
}
