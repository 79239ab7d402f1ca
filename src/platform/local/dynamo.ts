// The embedded DynamoDB: dynalite in this thread, on a loopback port, in memory or in a folder that one process owns.
import { chmodSync, type FSWatcher, readdirSync, watch } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { isUsageError, UsageError } from '../../errors/index.ts'
import { closeBelow, explained, makePrivateFolder, privateFile } from '../../workfolder/index.ts'
import { openOwnCalls, type OwnCalls } from './calls/own-calls.ts'
import type { SweepLimits } from './calls/sweep.ts'
import { announce, type DynamoAccess, newCredentials, withdraw } from './announcement.ts'
import { callDynamo, type DynamoAnswer } from './call-dynamo.ts'
import { markClosed, takeClosedMark } from './closed-mark.ts'
import { type Dynalite, makeDynalite } from './dynalite.ts'
import { guard } from './guard.ts'
import { damaged, openFault } from './level-failures.ts'
import { releaseLock, takeLock } from './process-lock.ts'
import { type Repaired, repairIndexes } from './repair-indexes.ts'

/** An open one. Its endpoint answers only calls that are signed with its credentials. */
export interface LocalDynamo extends DynamoAccess, Pick<OwnCalls, 'subscribe' | 'sweep'> {
  /** What had to be mended, where it was not closed in order the last time. */
  repaired: Repaired | undefined
  /** Makes a call, for example `PutItem`, or one of streams by its whole target, with the JSON that it takes over the network, but without the network. */
  call(operation: string, json: string): Promise<DynamoAnswer>
  /** Finishes what is under way, writes everything down and gives the folder free. */
  close(): Promise<void>
}

/** `folder`: where tables are kept, made where missing. `now`: milliseconds since 1970, the system's clock by default. `limits`: of a sweep and of a stream, smaller ones for tests. */
export type LocalDynamoOptions = ({ folder: string } | { memory: true }) & { now?: () => number; limits?: Partial<SweepLimits> }

/**
 * Starts the embedded DynamoDB on a free port of the loopback interface.
 * @throws UsageError where another process has the folder open, or it cannot be used or is damaged
 */
export async function openLocalDynamo(options: LocalDynamoOptions): Promise<LocalDynamo> {
  if ('memory' in options) return await serve(makeDynalite(undefined), options)
  const folder = resolve(options.folder)
  const release = await lockLocalData(options.folder)
  try {
    const data = join(folder, 'dynamo')
    makePrivateFolder(data)
    const { dynalite, repaired } = await openData(folder, data)
    const database = await serve(dynalite, { ...options, repaired })
    const watching = keepPrivate(data)
    announce(folder, database)
    let leaving: Promise<void> | undefined
    return { ...database, close: () => (leaving ??= leave({ database, watching, folder, data, release })) }
  } catch (failure) {
    release()
    throw failure
  }
}

/**
 * Takes the folder of an embedded DynamoDB for this process; gives what gives it free.
 * @throws UsageError where another process has it open, or it cannot be used
 */
export async function lockLocalData(folder: string): Promise<() => void> {
  const lock = join(resolve(folder), 'dynamo.lock')
  const taken = await takeLock(lock)
  if (!taken.held) throw new UsageError(heldFault(folder, lock, taken.by))
  return () => releaseLock(lock)
}

/** Gives a folder free whose database ended without closing it; only for the process that had it open. */
export function abandonLocalDynamo(folder: string): void {
  if (withdraw(folder)) releaseLock(join(resolve(folder), 'dynamo.lock'))
}

async function openData(folder: string, data: string): Promise<{ dynalite: Dynalite; repaired: Repaired | undefined }> {
  const names = explained(data, () => readdirSync(data))
  // It would be made anew beside what is left, which nobody then sees any more.
  if (names.length > 0 && !names.includes('CURRENT')) throw damaged(data, 'the file CURRENT is missing')
  const isClosed = explained(data, () => takeClosedMark(folder, data))
  const dynalite = makeDynalite(data)
  try {
    await dynalite.store.db.open()
    return { dynalite, repaired: isClosed ? undefined : await repairIndexes(dynalite) }
  } catch (failure) {
    // Its server does not listen yet, and would not close what is behind it.
    await dynalite.store.db.close().catch(() => undefined)
    throw isUsageError(failure) ? failure : openFault(failure, data)
  }
}

async function serve(dynalite: Dynalite, { repaired, folder, now = Date.now, limits }: { repaired?: Repaired | undefined; folder?: string } & Pick<LocalDynamoOptions, 'now' | 'limits'>): Promise<LocalDynamo> {
  const { server, store } = dynalite
  const credentials = newCredentials()
  const own = await openOwnCalls(dynalite, { now, ...limits }).catch(async (failure: unknown) => {
    await store.db.close().catch(() => undefined)
    throw isUsageError(failure) || folder === undefined ? failure : openFault(failure, join(resolve(folder), 'dynamo'))
  })
  const handler = guard(server, { credentials, own: own.answer })
  await new Promise<void>((listening, failed) => {
    server.once('error', failed)
    server.listen(0, '127.0.0.1', listening)
  })
  let closing: Promise<void> | undefined
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials,
    repaired,
    call: (operation, json) => callDynamo({ handler, own: own.answer }, operation, json),
    subscribe: own.subscribe,
    sweep: own.sweep,
    close: () => (closing ??= own.stop().then(() => stop(server))),
  }
}

// The files of the database are made with the rights of the process, whenever it needs a new one.
function keepPrivate(data: string): FSWatcher | undefined {
  closeBelow(data)
  try {
    const watching = watch(data, { persistent: false }, (event, name) => {
      try {
        // Told as a change where one is written into, which is all the time.
        if (event === 'rename' && name !== null) chmodSync(join(data, name), privateFile)
      } catch {
        // It was gone again. The folder around it is closed in any case.
      }
    })
    return watching.on('error', () => watching.close())
  } catch {
    return undefined
  }
}

async function stop(server: Server): Promise<void> {
  // Clients keep their connections open; requests under way get their time, idle ones do not.
  const impatience = setTimeout(() => server.closeAllConnections(), 3000)
  try {
    await new Promise<void>((closed, failed) => {
      server.close((failure) => (failure === undefined || failure === null ? closed() : failed(failure)))
      server.closeIdleConnections()
    })
  } finally {
    clearTimeout(impatience)
  }
}

interface Leaving {
  database: LocalDynamo
  watching: FSWatcher | undefined
  folder: string
  data: string
  release(): void
}

async function leave({ database, watching, folder, data, release }: Leaving): Promise<void> {
  withdraw(folder)
  watching?.close()
  try {
    await database.close()
    closeBelow(data)
    markClosed(folder, data)
  } finally {
    release()
  }
}

function heldFault(folder: string, lock: string, pid: number): ConstructorParameters<typeof UsageError>[0] {
  const who = pid === process.pid ? 'this process itself' : `the process ${pid}`
  return { code: 'data-folder-taken', file: '', message: `the data folder ${folder} is already open in ${who}`, hint: `stop that one first, or give this one a folder of its own; if ${pid} is no process of this project, delete ${lock}` }
}
