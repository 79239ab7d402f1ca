// The beginning of a deployment: with what an earlier run of the same commit has left, where nobody has deployed since.
import { randomBytes } from 'node:crypto'
import { listDeployments } from '../../store/index.ts'
import type { CleanCommit } from '../version-stamp.ts'
import type { Deploying, DeployOptions } from './deploying.ts'
import { journalFile, openJournal, readJournal } from './journal.ts'

/** Opens the journal. */
export async function readLatest(options: DeployOptions, { version, commit }: CleanCommit): Promise<Deploying> {
  const { stage } = options
  const file = journalFile(stage.root, stage.name)
  const begun = new Date().toISOString()
  const [newest] = await listDeployments(stage.database, 1)
  const left = readJournal(file, commit)
  // Ids sort by time: a later row is somebody else's deployment, after which nothing here holds any more.
  const earlier = left !== undefined && (newest === undefined || newest.id <= left.id) ? left : undefined
  const journal = openJournal(file, { version, commit, id: `${begun}#${version}` }, earlier)
  const { entry } = journal
  return {
    ...options,
    version,
    commit,
    begun,
    journal,
    row: { id: entry.id, version, commit, time: entry.id.split('#')[0]!, who: stage.who, state: 'candidate', functions: {}, allowed: entry.allowed ?? [] },
    assembly: '',
    stacks: [],
    before: entry.before ?? {},
    allowed: entry.allowed ?? [],
    token: randomBytes(32).toString('base64url'),
    told: [],
    urls: {},
  }
}
