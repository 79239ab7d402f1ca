// The slots that a run needs: one of its key, and one of its task where that has only so many.
import type { Database } from '../persist/index.ts'
import type { Task } from '../runtime/index.ts'
import { addWaiter, dropWaiter, freeSlot, hashOf, keepSlot, nextWaiter, type SlotGroup, takeSlot, type TaskState } from '../store/index.ts'

/** Slots that a run has taken. */
export interface HeldSlots {
  /** Keeps them until a time; false where one is gone. */
  keep(until: number): Promise<boolean>
  /** Gives them back; gives the tasks that may now have them. */
  free(): Promise<string[]>
}

/** The groups in which a run needs a slot. */
export function groupsOf({ name, options }: Task, { key }: Pick<TaskState, 'key'>): SlotGroup[] {
  const groups: SlotGroup[] = []
  if (key !== undefined && options.key === 'one-at-a-time') groups.push({ name: `key#${name}#${hashOf(key)}`, size: 1 })
  if (options.concurrency !== undefined) groups.push({ name: `task#${name}`, size: options.concurrency })
  return groups
}

/** Takes a slot of each group; where one has none the task is noted to wait for it, and undefined is given. */
export async function takeSlots(database: Database, groups: readonly SlotGroup[], run: { holder: string; until: number; state: TaskState }): Promise<HeldSlots | undefined> {
  const held: { group: SlotGroup; slot: number }[] = []
  const { holder } = run
  const free = async (): Promise<string[]> => {
    const woken: string[] = []
    for (const { group, slot } of held) {
      await freeSlot(database, group, { slot, holder })
      const next = await nextWaiter(database, group)
      if (next !== undefined) woken.push(next)
    }
    return woken
  }
  for (const group of groups) {
    const slot = (await takeSlot(database, group, run)) ?? (await waitFor(database, group, run))
    if (slot === undefined) {
      // Nobody is woken: what was taken here for a moment, nobody was refused for long.
      for (const taken of held) await freeSlot(database, taken.group, { slot: taken.slot, holder })
      return undefined
    }
    held.push({ group, slot })
  }
  return { keep: async (until) => (await Promise.all(held.map(({ group, slot }) => keepSlot(database, group, { slot, holder, until })))).every(Boolean), free }
}

// Asked for once more after the note: a slot that was given back in between would wake nobody.
async function waitFor(database: Database, group: SlotGroup, run: { holder: string; until: number; state: TaskState }): Promise<number | undefined> {
  await addWaiter(database, group, run.state)
  const slot = await takeSlot(database, group, run)
  if (slot !== undefined) await dropWaiter(database, group, run.state)
  return slot
}
