// The embedded DynamoDB: dynalite in this thread, on a loopback port, in memory or in a folder that one process owns.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { UsageError } from '../../errors/index.ts'
import { callDynamo, type DynamoAnswer } from './call-dynamo.ts'
import { type DynaliteDb, type DynaliteStore, putItems } from './put-items.ts'
import { isAlive, type ProcessIdentity, releaseLock, takeLock, thisProcess } from './process-lock.ts'

export interface LocalDynamo {
  /** For example `http://127.0.0.1:49152`. */
  endpoint: string
  /** Makes a call, for example `PutItem`, with the JSON that it takes over the network, but without the network. */
  call(operation: string, json: string): Promise<DynamoAnswer>
  /** Puts items as they travel into a table without indexes, in one step; false where the ordinary way has to be taken. */
  putItems(table: string, items: readonly object[]): Promise<boolean>
  /** Finishes what is under way, writes everything down and gives the folder free. */
  close(): Promise<void>
}

/**
 * Starts the embedded DynamoDB on a free port of the loopback interface.
 * @param options `folder`: where tables are kept, made where missing; or `memory: true`
 * @throws UsageError where another process has the folder open
 */
export async function openLocalDynamo(options: { folder: string } | { memory: true }): Promise<LocalDynamo> {
  if ('memory' in options) return await serve(undefined)
  const folder = resolve(options.folder)
  const lock = join(folder, 'dynamo.lock')
  const taken = await takeLock(lock)
  if (!taken.held) throw new UsageError(heldFault(options.folder, lock, taken.by))
  try {
    const data = join(folder, 'dynamo')
    mkdirSync(data, { recursive: true })
    const database = await serve(data)
    const announcement = join(folder, 'endpoint.json')
    writeFileSync(announcement, JSON.stringify({ ...thisProcess(), endpoint: database.endpoint }))
    return { ...database, close: () => leave(database, announcement, lock) }
  } catch (failure) {
    releaseLock(lock)
    throw failure
  }
}

/** Gives a folder free whose database ended without closing it; only for the process that had it open. */
export function abandonLocalDynamo(folder: string): void {
  if (readAnnouncement(join(folder, 'endpoint.json'))?.pid !== process.pid) return
  rmSync(join(folder, 'endpoint.json'), { force: true })
  releaseLock(join(resolve(folder), 'dynamo.lock'))
}

/** The endpoint of the process that has this folder open, or undefined where none answers. */
export async function joinLocalDynamo(folder: string): Promise<string | undefined> {
  const announced = readAnnouncement(join(folder, 'endpoint.json'))
  if (announced === undefined || !isAlive(announced)) return undefined
  try {
    const answer = await fetch(announced.endpoint, { signal: AbortSignal.timeout(2000) })
    return (await answer.text()).startsWith('healthy') ? announced.endpoint : undefined
  } catch {
    return undefined
  }
}

interface DynaliteOptions {
  path?: string
  createTableMs: number
  deleteTableMs: number
  updateTableMs: number
}

async function serve(path: string | undefined): Promise<LocalDynamo> {
  // Loaded here: only who opens a database pays for it.
  const { server, db, store } = openDynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0, ...(path === undefined ? {} : { path }) })
  await new Promise<void>((listening, failed) => {
    server.once('error', failed)
    server.listen(0, '127.0.0.1', listening)
  })
  let closing: Promise<void> | undefined
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    call: (operation, json) => callDynamo(server, operation, json),
    putItems: async (table, items) => store !== undefined && (await putItems({ db, store }, table, items)),
    close: () => (closing ??= stop(server)),
  }
}

// What it keeps its items in stays inside the server that it makes; it is seen on its way there.
function openDynalite(options: DynaliteOptions): { server: Server; db: DynaliteDb; store: DynaliteStore | undefined } {
  const load = createRequire(import.meta.url)
  const dynalite = load('dynalite') as (options: DynaliteOptions) => Server
  const db = load('dynalite/db') as DynaliteDb
  const { create } = db
  let store: DynaliteStore | undefined
  db.create = (given) => (store = create(given))
  try {
    return { server: dynalite(options), db, store }
  } finally {
    db.create = create
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

async function leave(database: LocalDynamo, announcement: string, lock: string): Promise<void> {
  rmSync(announcement, { force: true })
  try {
    await database.close()
  } finally {
    releaseLock(lock)
  }
}

function heldFault(folder: string, lock: string, pid: number): ConstructorParameters<typeof UsageError>[0] {
  const who = pid === process.pid ? 'this process itself' : `the process ${pid}`
  return { code: 'data-folder-taken', file: '', message: `the data folder ${folder} is already open in ${who}`, hint: `stop that one first, or give this one a folder of its own; if ${pid} is no process of this project, delete ${lock}` }
}

function readAnnouncement(path: string): (ProcessIdentity & { endpoint: string }) | undefined {
  try {
    const announced = JSON.parse(readFileSync(path, 'utf8')) as Partial<ProcessIdentity & { endpoint: string }> | null
    return Number.isInteger(announced?.pid) && typeof announced?.endpoint === 'string' ? (announced as ProcessIdentity & { endpoint: string }) : undefined
  } catch {
    return undefined
  }
}
