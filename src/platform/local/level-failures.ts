// Failures of the files that the embedded DynamoDB lies in: at the start a fault, later an answer of DynamoDB. dynalite itself would end the process.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isUsageError, UsageError } from '../../errors/index.ts'
import { explained, privateFile } from '../../workfolder/index.ts'

type Callback = (failure: Error | null, ...results: unknown[]) => void
type Method = (...args: unknown[]) => unknown
type Methods = Record<'get' | 'put' | 'del' | 'batch' | 'keys' | 'values', Method>

/** Makes failures of a database's calls such as dynalite answers with 500. */
export function readable(db: object, path: string | undefined): void {
  const methods = db as Methods
  for (const name of ['get', 'put', 'del', 'batch'] as const) {
    const original = methods[name].bind(db)
    methods[name] = (...args) => {
      const done = args.at(-1)
      if (typeof done !== 'function') return original(...args)
      return original(...args.slice(0, -1), ((failure, ...results) => (done as Callback)(failure && asAnswer(failure, path), ...results)) satisfies Callback)
    }
  }
  for (const name of ['keys', 'values'] as const) {
    const original = methods[name].bind(db)
    methods[name] = (...args) => {
      const iterator = original(...args) as { next(): Promise<unknown> }
      const next = iterator.next.bind(iterator)
      iterator.next = () =>
        next().catch((failure: unknown) => {
          throw asAnswer(failure as Error, path)
        })
      return iterator
    }
  }
}

/** The fault of data that cannot be opened. */
export function openFault(failure: unknown, path: string): UsageError {
  const { code = '', message = '' } = ((failure as { cause?: unknown }).cause ?? failure) as { code?: string; message?: string }
  if (code === 'LEVEL_LOCKED') return new UsageError({ code: 'data-folder-taken', file: '', message: `the data folder ${path} is already open in another process`, hint: 'stop that one first' })
  return folderFaultIn(path) ?? damaged(path, message)
}

/** The fault of data of which a part is gone or cannot be read. */
export function damaged(path: string, reason: string): UsageError {
  return new UsageError({ code: 'data-damaged', file: '', message: `the local data in ${path} is damaged: ${reason}`, hint: 'put back a copy of that folder, or begin anew with "klue dev --reset-data", which deletes the data and the log of this project on this machine' })
}

// The database tells in words what the system told it by a code: a small file in its folder meets the same obstacle.
function folderFaultIn(path: string): UsageError | undefined {
  const probe = join(path, 'probe')
  try {
    explained(path, () => {
      try {
        writeFileSync(probe, Buffer.alloc(8192), { mode: privateFile })
      } finally {
        rmSync(probe, { force: true })
      }
    })
    return undefined
  } catch (error) {
    return isUsageError(error) ? error : undefined
  }
}

// What is no answer of DynamoDB yet, such as "no such item", is a failure of files.
function asAnswer(failure: Error, path: string | undefined): Error {
  if ('statusCode' in failure || failure.name === 'NotFoundError' || path === undefined || /Database is closed/.test(failure.message)) return failure
  const { message } = folderFaultIn(path) ?? damaged(path, failure.message)
  return Object.assign(failure, { statusCode: 500, body: { __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError', message } })
}
