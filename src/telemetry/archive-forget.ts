// Forgetting requests that are archived: their parts are written again without the records that are meant, one after the other.
import type { Database } from '../persist/index.ts'
import { lengthOf, type RequestRow, takeArchiveLease } from '../store/index.ts'
import { allParts, type ArchiveFiles, changePart, hourOf, readIndex } from './archive-files.ts'
import { mayHold } from './archive-part.ts'
import type { KeepRules } from './keep.ts'

/** An archive that is written again. */
export interface ForgettingArchive {
  files: ArchiveFiles
  rules: KeepRules
}

export interface ForgetInArchive {
  from: number
  to: number
  /** A value that each request that is meant has, such as `user=ann`; all parts are read without one. */
  value: string | undefined
  change(row: RequestRow): RequestRow
  /** The last part that was looked at by an earlier run. */
  after?: string
  /** Milliseconds after which no part is begun. */
  budgetMs?: number
}

export interface ForgottenInArchive {
  requests: number
  /** Parts that were written again. */
  files: number
  /** Whether every part was looked at. */
  isComplete: boolean
  /** The last part that was. */
  after?: string
}

/** Looks at the parts that may hold what is meant, in order. Bears to be stopped and repeated. Nothing is done while another process writes into the archive. */
export async function forgetArchived(database: Database, { files, rules }: ForgettingArchive, { from, to, value, change, after, budgetMs = Number.POSITIVE_INFINITY }: ForgetInArchive): Promise<ForgottenInArchive> {
  const done: ForgottenInArchive = { requests: 0, files: 0, isComplete: false, ...(after === undefined ? {} : { after }) }
  const lease = await takeArchiveLease(database)
  if (lease === undefined) return done
  const ends = performance.now() + budgetMs
  try {
    for (const { part } of await allParts(files)) {
      if ((after !== undefined && part <= after) || hourOf(part) >= to || hourOf(part) + lengthOf('hour') <= from) continue
      if (performance.now() >= ends || !(await lease.renew())) return done
      const index = await readIndex(files, part)
      if (index?.blocks.some((block) => value === undefined || mayHold(block, value)) === true) {
        const requests = await changePart(files, part, { rules, change })
        done.requests += requests
        if (requests > 0) done.files += 1
      }
      done.after = part
    }
    return { ...done, isComplete: true }
  } finally {
    await lease.end()
  }
}
