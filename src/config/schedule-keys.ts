// What a schedule may hold, and what it cannot do without.
import { readSchedule } from '../schedule/index.ts'
import type { KeySpec } from './keys.ts'

/** By the name in the file. */
export const scheduleKeys: Readonly<Record<string, KeySpec>> = {
  task: { group: 'requests', type: 'text', doc: 'Name of the task that runs; mandatory.' },
  cron: { group: 'requests', type: 'text', doc: 'When: six fields as AWS has them (minutes hours day-of-month month day-of-week year), or five, which are translated; one of `cron` and `every` is mandatory.' },
  every: { group: 'requests', type: 'text', doc: 'How often instead: minutes, hours or days, such as `15m`, `2h` or `1d`.' },
  timezone: { group: 'requests', type: 'text', default: 'UTC', doc: 'The zone whose clock counts, a name of the IANA database such as `Europe/Berlin`.' },
  input: { group: 'requests', type: 'mapping', default: {}, doc: 'What the task is given.' },
}

/** What is wrong with a schedule as a whole: the key, empty for its name, and why. */
export function faultsInSchedule(name: string, settings: Readonly<Record<string, unknown>>): { key: string; message: string; hint: string }[] {
  const { task, cron, every, timezone } = settings as { [key: string]: string | undefined }
  const named = /^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(name) ? [] : [{ key: '', message: `the name of a schedule must begin with a letter and have letters, digits and hyphens, at most 64, not ${JSON.stringify(name)}`, hint: 'rename it' }]
  const missing = task === undefined ? [{ key: 'task', message: 'a schedule needs a task', hint: 'name one of tasks of defineService' }] : []
  // What is no text at all was told already.
  const texts = [cron, every, timezone].every((text) => text === undefined || typeof text === 'string') ? readSchedule({ cron, every, timezone }) : { faults: [] }
  return [...named, ...missing, ...('faults' in texts ? texts.faults.map(({ key, message, hint }) => ({ key, message, hint: hint ?? 'mend the expression' })) : [])]
}
