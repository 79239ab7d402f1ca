// What people see of a deployment: a line a step while it runs, and one screen at the end.
import { visibleLine } from '../../errors/index.ts'
import type { Deployment } from '../../store/index.ts'
import { liveIn } from './history.ts'
import { exitCodes, type Outcome } from './outcome.ts'
import type { StepEvent } from './steps.ts'

const marks = { done: '✔', failed: '✖', skipped: '–' } as const
const colors = { done: 32, failed: 31, skipped: 2 } as const

/** A step's event as a line; undefined for what needs none. */
export function eventLine(event: StepEvent, hasColor: boolean): string | undefined {
  if (event.state === 'started') return `  ${event.step.padEnd(9)}  ${event.title} …`
  if (event.state === 'says') return `             ${visibleLine(event.note)}`
  const mark = hasColor ? `\u001b[${colors[event.state]}m${marks[event.state]}\u001b[0m` : marks[event.state]
  const time = event.state === 'skipped' ? '' : `  ${duration(event.seconds)}`
  return `${mark} ${event.step.padEnd(9)}${time}${event.note === undefined ? '' : `  ${visibleLine(event.note)}`}`
}

/** Seconds for people: `4.2 s`, `3 min 5 s`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
}

const titles: Readonly<Record<Outcome['result'], string>> = {
  live: 'Done',
  failed: 'Failed; nothing was changed',
  usage: 'The command line makes no sense',
  refused: 'Refused: the new documents break callers of those that are live',
  'taken back': 'Failed and taken back',
  'not clean': 'Failed, and the stage is not as it was before',
  locked: 'Somebody else is at this stage',
}

/** The screen at the end. */
export function endScreen({ result, step, lines, output = [], urls = {} }: Outcome): string {
  const title = `${titles[result]}${step === undefined || result === 'locked' ? '' : ` (step ${step})`}`
  return ['', title, ...lines.map((line) => `  ${line}`), ...output.map((line) => `    ${visibleLine(line)}`), ...Object.entries(urls).map(([name, url]) => `  ${name}  ${url}`), ...(result === 'live' ? [] : [`  Exit code ${exitCodes[result]}`])].join('\n')
}

/** The history as columns: version, when it was deployed, what became of it, versions of functions, who. `moved`: what is live otherwise than it says. */
export function historyTable(history: readonly Deployment[], moved: Readonly<Record<string, number>> = {}): string {
  const elsewhere = Object.entries(moved).map(([name, number]) => `${name} ${number}`)
  const live = elsewhere.length === 0 ? liveIn(history) : undefined
  const rows = history.map((one) => [one === live ? '*' : ' ', one.version, `${one.time.slice(0, 16).replace('T', ' ')} UTC`, one === live ? 'live' : one.state === 'live' ? 'was live' : one.state, Object.entries(one.functions).map(([name, number]) => `${name} ${number}`).join(', '), one.who].map(visibleLine))
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]!.length))) ?? []
  const notes = (one: Deployment): string[] => [...(one.note === undefined ? [] : [one.note]), ...one.allowed.map(({ operation, reason }) => `breaking change of ${operation} let through: ${reason}`)]
  const told = elsewhere.length === 0 ? [] : [`*  ${elsewhere.join(', ')} is live and not in this history: a plain cdk deploy has moved it`]
  return [...told, ...rows.flatMap((row, index) => [row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ').trimEnd(), ...notes(history[index]!).map((note) => `     ${visibleLine(note)}`)])].join('\n')
}
