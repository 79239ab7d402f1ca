// What was done of a deployment, in a file of this machine: a deployment that was killed goes on from there.
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { writePrivateFile } from '../../workfolder/index.ts'

export interface JournalEntry {
  /** What is deployed: `YYMMDD-HHMM-<count>-<sha6>` and the whole id of the commit. */
  version: string
  commit: string
  /** Id of its row in the history of the stage. */
  id: string
  /** Step → when it ended (ISO 8601) and how long it took. */
  steps: Record<string, { ended: string; seconds: number }>
  /** Step that has begun last. */
  begun?: string
  /** Function → number of the version that was live before; absent until it is known. */
  before?: Record<string, number>
  /** Whether anything in the account may have been changed. */
  isTouched?: boolean
  /** Breaking changes that the gate has let through. */
  allowed?: { operation: string; reason: string; changes: readonly string[] }[]
}

export interface Journal {
  readonly entry: JournalEntry
  /** Whether the entry is that of an earlier run which did not come to its end. */
  readonly isResumed: boolean
  begin(step: string): void
  end(step: string, seconds: number): void
  /** When an earlier run of the same commit has ended the step, in words; undefined where none has. */
  doneEarlier(step: string): string | undefined
  note(facts: Pick<JournalEntry, 'before' | 'allowed' | 'isTouched'>): void
  /** Forgets what was deployed and proved, before it is taken back. */
  undo(): void
  /** Forgets the entry: the deployment came to its end, whichever. */
  close(): void
}

/** Folder of what deployments keep on this machine. */
export function deployFolder(root: string, stage: string): string {
  return join(root, '.klue', 'deploy', stage)
}

/** Path of the journal of a stage. */
export function journalFile(root: string, stage: string): string {
  return `${deployFolder(root, stage)}.json`
}

function hasSteps({ steps }: Partial<JournalEntry>): boolean {
  return typeof steps === 'object' && steps !== null && Object.values(steps).every((step: Partial<JournalEntry['steps'][string]> | null) => typeof step?.ended === 'string')
}

/** What an earlier run has left of the same commit; undefined where it came to its end, or was of another commit. */
export function readJournal(file: string, commit: string): JournalEntry | undefined {
  try {
    const entry = JSON.parse(readFileSync(file, 'utf8')) as Partial<JournalEntry> | null
    return entry?.commit === commit && typeof entry.id === 'string' && hasSteps(entry) ? (entry as JournalEntry) : undefined
  } catch {
    // No file, or one that was cut short: the deployment begins anew, and every step can be repeated.
    return undefined
  }
}

/** Opens the journal of a deployment, with the entry of an earlier run where there is one. */
export function openJournal(file: string, fresh: Pick<JournalEntry, 'version' | 'commit' | 'id'>, earlier?: JournalEntry): Journal {
  const entry: JournalEntry = earlier ?? { ...fresh, steps: {} }
  write(file, entry)
  return {
    entry,
    isResumed: earlier !== undefined,
    begin(step) {
      entry.begun = step
      write(file, entry)
    },
    end(step, seconds) {
      entry.steps[step] = { ended: new Date().toISOString(), seconds }
      write(file, entry)
    },
    doneEarlier: (step) => (Object.hasOwn(entry.steps, step) ? `done for this commit at ${entry.steps[step]!.ended.slice(0, 19).replace('T', ' ')} UTC` : undefined),
    note(facts) {
      Object.assign(entry, facts)
      write(file, entry)
    },
    undo() {
      for (const step of Object.keys(entry.steps)) if (step !== 'test') delete entry.steps[step]
      entry.begun = 'back'
      write(file, entry)
    },
    close: () => rmSync(file, { force: true }),
  }
}

// A kill between two lines must leave the old journal or the new one.
function write(file: string, entry: JournalEntry): void {
  writePrivateFile(file, `${JSON.stringify(entry, null, 2)}\n`)
}
