// The schedules of a project: those of the configuration and those of services, each with the task that it runs.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isOwnValue } from '../config/build.ts'
import type { Config } from '../config/index.ts'
import { type Fault, nearest } from '../errors/index.ts'
import { validate } from '../runtime/edge.ts'
import type { Schedule, Task } from '../runtime/index.ts'
import { readSchedule } from '../schedule/index.ts'
import type { LocatedService } from './import-services.ts'

/** Every schedule, and every fault: names that come twice, tasks that are none, inputs that do not fit. */
export function planSchedules(root: string, services: readonly LocatedService[], config: Pick<Config, 'schedules'>): { schedules: Schedule[]; faults: Fault[] } {
  const tasks = new Map(services.flatMap(({ service }) => (service.tasks ?? []).map((task) => [task.name, task])))
  const faults: Fault[] = []
  const planned = new Map<string, { schedule: Schedule; file: string }>()
  const add = (schedule: Schedule, place: Pick<Fault, 'file' | 'line' | 'pointer'>): void => {
    const other = planned.get(schedule.name)
    if (other !== undefined && other.schedule !== schedule) faults.push({ code: 'schedule-double', ...place, message: `two schedules have the name ${schedule.name}${other.file === place.file ? '' : `, the other one in ${other.file}`}`, hint: 'give one of them another name' })
    planned.set(schedule.name, { schedule, file: place.file })
    const wrong = inputFault(schedule)
    if (wrong !== undefined) faults.push({ code: 'schedule-invalid', ...place, message: `the input of the schedule ${schedule.name} does not fit the task ${schedule.task.name}: ${wrong}` })
  }
  for (const { entry, service } of services) {
    for (const schedule of service.schedules ?? []) {
      if (tasks.get(schedule.task.name) !== schedule.task) faults.push({ code: 'schedule-invalid', file: entry, message: `the task ${schedule.task.name} of the schedule ${schedule.name} is none of the service's`, hint: 'add it to tasks of defineService' })
      else add(schedule, { file: entry })
    }
  }
  for (const [name, { task: wanted, input = {}, ...texts }] of Object.entries(isOwnValue('schedules', config.schedules) ? {} : (config.schedules ?? {}))) {
    const read = readSchedule(texts)
    // What is wrong with its expression was told with the configuration.
    if ('faults' in read) continue
    const task = tasks.get(wanted)
    const place = { file: 'klue-config.yaml', ...lineOf(root, name, 'task'), pointer: `schedules.${name}.task` }
    if (task === undefined) faults.push({ code: 'schedule-invalid', ...place, message: `there is no task ${JSON.stringify(wanted)}`, hint: hintFor(wanted, tasks) })
    else add({ kind: 'klue.Schedule', name, rule: read.rule, task, input }, { file: 'klue-config.yaml', ...lineOf(root, name, 'input'), pointer: `schedules.${name}.input` })
  }
  return { schedules: [...planned.values()].map(({ schedule }) => schedule), faults }
}

function hintFor(wanted: string, tasks: ReadonlyMap<string, Task>): string {
  const near = nearest(wanted, tasks.keys())
  return near !== undefined ? `did you mean ${JSON.stringify(near)}?` : tasks.size === 0 ? 'list it in tasks of defineService' : `the service has ${[...tasks.keys()].join(', ')}`
}

function inputFault({ task: { options: { input } }, input: given }: Schedule): string | undefined {
  const check = input.spec.value(input.file).input
  const fault = check === undefined ? undefined : validate(check, structuredClone(given), '/input')[0]
  return fault === undefined ? undefined : `${fault.pointer} ${fault.message}`
}

// The configuration that a service sees has no places; the file as it is written mostly has it so.
function lineOf(root: string, name: string, key: string): { line?: number } {
  let lines: string[]
  try {
    lines = readFileSync(join(root, 'klue-config.yaml'), 'utf8').split('\n')
  } catch {
    return {}
  }
  const start = lines.findIndex((line) => new RegExp(`^\\s+${name}\\s*:`).test(line))
  if (start < 0) return {}
  const within = lines.findIndex((line, index) => index > start && new RegExp(`^\\s+${key}\\s*:`).test(line))
  return { line: (within < 0 ? start : within) + 1 }
}
