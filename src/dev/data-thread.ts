// The thread of data and log beside that of the requests: the embedded DynamoDB, and all that becomes of lines. Started by data-link.ts.
import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import { setConfig } from '../config/index.ts'
import { isUsageError, messageOf } from '../errors/index.ts'
import { embeddedData } from './embedded-data.ts'
import { localData } from './local-data.ts'
import { startLocalTelemetry } from './local-telemetry.ts'
import type { FromThread, ThreadStart, ToThread, Wish } from './thread-messages.ts'

if (!isMainThread && parentPort !== null) serve(parentPort, workerData as ThreadStart)

function serve(port: NonNullable<typeof parentPort>, start: ThreadStart): void {
  const say = (message: FromThread): void => port.postMessage(message)
  let { config } = start
  // For the service's own reporter, which may ask for it.
  setConfig(config)
  const data = localData(config, embeddedData(config, start.folder))
  const telemetry = startLocalTelemetry({
    root: start.root,
    keepsFiles: start.keepsFiles,
    database: () => data.database,
    config: () => config,
    print: ({ level, message }) => say({ kind: 'say', level, message }),
    stored: (lines) => say({ kind: 'stored', lines }),
  })
  const fulfil = async (wish: Wish): Promise<string | undefined> => {
    if (wish.kind === 'drain') await telemetry.stop({ drain: wish.drain })
    else if (wish.kind === 'close') await data.close()
    else return (await data.ensure(wish.definitions)).endpoint
    return undefined
  }
  port.on('message', (message: ToThread) => {
    if (message.kind === 'config') setConfig((config = message.config))
    else if (message.kind === 'lines') {
      if (message.text !== '') for (const line of message.text.split('\n')) telemetry.take(line)
      telemetry.lose(message.lost)
    } else {
      const { id, wish } = message
      void fulfil(wish)
        .then((endpoint) => say({ kind: 'done', id, endpoint }))
        .catch((error: unknown) => say({ kind: 'failed', id, message: messageOf(error), faults: isUsageError(error) ? error.faults : undefined }))
        // Nothing is left to do, and what connections stay open must not keep the thread.
        .finally(() => wish.kind === 'close' && port.close())
    }
  })
}
