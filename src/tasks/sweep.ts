// The sweep: looks at tasks whose time has come, from where the last one stopped, and sends again what nobody has.
import { dropDue, dueMinutes, type DueTask, dueTasks, readState, readTaskState, taskShards, type TaskState, writeState } from '../store/index.ts'
import { changeTask } from './change-task.ts'
import { isOver, lookedAt, sent } from './machine.ts'
import type { TaskQueue } from './queue.ts'
import { endLost, waitMs, type WorkerParts } from './worker.ts'

export interface Swept {
  /** Tasks that were looked at. */
  looked: number
  /** Messages that were sent. */
  sent: number
  /** Whether there was more than one sweep looks at. */
  isFull: boolean
}

export interface SweepOptions {
  /** Tasks that are looked at, at most; default 1,000. */
  most?: number
  /** Milliseconds beyond now that are looked at too, for what a process left behind that is gone. */
  aheadMs?: number
  signal?: AbortSignal
}

const minuteMs = 60_000
/** Clocks of those who write rows may be behind by so much. */
const lagMs = 3 * minuteMs
const cursor = { kind: 'task-sweep', name: 'cursor' }

/** Looks once; rejects where the queue takes nothing. */
export async function sweep(parts: WorkerParts, { most = 1000, aheadMs = 0, signal }: SweepOptions = {}): Promise<Swept> {
  const database = parts.database()
  const now = parts.now()
  const seen = await readState(database, cursor)
  const from = Math.min(seen === undefined ? now - 3_600_000 : Number(seen.state), now - lagMs)
  const swept: Swept = { looked: 0, sent: 0, isFull: false }
  const first = floor(from)
  for (const minute of await dueMinutes(database, { from: first, to: now + aheadMs })) {
    for (let shard = 0; shard < taskShards; shard += 1) {
      signal?.throwIfAborted()
      const due = await dueTasks(database, { minute, shard, until: now + aheadMs, limit: most - swept.looked })
      swept.looked += due.length
      for (let at = 0; at < due.length; at += 10) swept.sent += (await Promise.all(due.slice(at, at + 10).map((one) => look(parts, one)))).filter(Boolean).length
      if (swept.looked < most) continue
      swept.isFull = true
      // The minute is looked through again: what was looked at is no longer there.
      await move(parts, { seen, to: Math.min(minute, floor(now - lagMs)) })
      return swept
    }
  }
  await move(parts, { seen, to: floor(now - lagMs) })
  return swept
}

async function move({ database, now }: WorkerParts, { seen, to }: { seen: Awaited<ReturnType<typeof readState>>; to: number }): Promise<void> {
  if (seen !== undefined && Number(seen.state) === to) return
  // Where somebody else sweeps too, the next sweep reads what that one has written.
  await writeState(database(), cursor, { state: String(to), seen: seen?.revision, expires: Math.ceil(now() / 1000) + 400 * 86_400 })
}

/** Looks at one task; whether its message was sent. */
async function look(parts: WorkerParts, due: DueTask): Promise<boolean> {
  const database = parts.database()
  const found = await readTaskState(database, due.id)
  // A row of a task that was never accepted, or that somebody has moved since.
  if (found === undefined || isOver(found.state) || found.state.lookAt !== due.lookAt) {
    if (found !== undefined || parts.now() - due.lookAt > 10 * minuteMs) await dropDue(database, due)
    return false
  }
  const { state } = found
  const [now, queue] = [parts.now(), parts.queue()]
  if (state.status === 'running') {
    if ((state.leaseUntil ?? 0) <= now) await endLost(parts, found)
    // The run may have ended since.
    else await changeTask({ database }, found, (seen) => (seen.leaseUntil === undefined ? undefined : lookedAt(seen, { lookAt: seen.leaseUntil + 1000 })))
    return false
  }
  const isHeld = now - (state.sentAt ?? 0) < heldMs(queue, state.sentTo)
  if (!isHeld) await queue.send([{ id: state.id, delayMs: Math.min(Math.max(0, state.runAt - now), queue.longestDelayMs) }])
  const next = await changeTask({ database }, found, (seen) => {
    const noted = isHeld ? seen : sent(seen, { queue: queue.name, now })
    return noted === undefined || seen.lookAt !== due.lookAt ? undefined : lookedAt(noted, { lookAt: nextLook(seen, { now, longestPauseMs: queue.longestPauseMs }) })
  })
  return !isHeld && next !== undefined
}

// How long it counts that a queue has a message; what lies nowhere is sent.
function heldMs({ name, retentionMs, beside }: TaskQueue, sentTo: string | undefined): number {
  if (sentTo === name) return retentionMs
  return sentTo !== undefined && sentTo === beside?.name ? beside.heldMs : 0
}

function nextLook({ looks, runAt }: TaskState, { now, longestPauseMs }: { now: number; longestPauseMs: number }): number {
  return Math.max(now, runAt) + Math.min(waitMs(looks), longestPauseMs)
}

function floor(time: number): number {
  return Math.floor(time / minuteMs) * minuteMs
}
