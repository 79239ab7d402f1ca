// Changes of switches, and interrupts: everything that one says becomes one revision, or nothing does.
import { isDeepStrictEqual } from 'node:util'
import { visibleLine } from '../errors/index.ts'
import type { Database } from '../persist/index.ts'
import { type ControlChange, type ControlPointer, mostAttempts, moveControlPointer, pauseBeforeMove } from '../store/index.ts'
import { applyEdits, readEdits, type Settings, type SettingsEdit, type SettingsFault, type SwitchName } from './settings.ts'
import { type ControlState, type Interrupt, interruptMs, type Layer, layers, mostInterrupts, settingsOf, type StoredSwitch, wholeStage } from './state.ts'
import { type ControlView, readWhole, viewOf } from './view.ts'

/** A change of the switches of some operations. */
export interface SettingsChange {
  /** operationIds, names of raw routes, or `*` for the stage. All of them change, or none. */
  operations: readonly string[]
  /** What is said of each layer, as it came in: nested or dotted keys, null for what is reset. */
  transient?: unknown
  persistent?: unknown
  /** 1 to 31,536,000: the switches that are set end by themselves. */
  expiresInSeconds?: number
  /** Who changes it; at most 300 characters. */
  who: string
  /** At most 500 characters. */
  why?: string
}

/** A change that was refused; nothing was changed. */
export class ChangeRefused extends Error {
  readonly faults: readonly SettingsFault[]

  constructor(faults: readonly SettingsFault[]) {
    super(faults.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'))
    this.name = 'ChangeRefused'
    this.faults = faults
  }
}

const mostBytes = 256 * 1024
const mostOperations = 2000

/** Changes switches. @returns what is set then. Throws ChangeRefused with every fault, or an Error where others change them all the time. */
export async function changeSettings(database: Database, change: SettingsChange): Promise<ControlView> {
  const edits = readChange(change)
  return move(database, change, (seen, state) => {
    const [properties, next] = edited(state, { change, edits, now: database.now(), deployment: seen.deployment })
    const until = change.expiresInSeconds === undefined ? {} : { until: database.now() + change.expiresInSeconds * 1000 }
    return properties.length === 0 ? undefined : { state: next, change: { kind: 'settings', keys: change.operations, properties, ...until } }
  })
}

/** What an order to end requests names: operations, or requests by their ids. */
export interface InterruptOrder {
  operations?: readonly string[]
  requests?: readonly string[]
  who: string
  why?: string
}

/** Ends the requests that run now: those of some operations, or some by their ids. @returns what is set then, and before when they must have started (epoch milliseconds) */
export async function interruptRequests(database: Database, order: InterruptOrder): Promise<ControlView & { before: number }> {
  const { operations = [], requests = [], who, why } = order
  const faults = [...checkWho(order), ...checkNames(operations.filter((name) => name !== wholeStage)), ...requests.filter((id) => !/^[\w.:-]{1,200}$/.test(id)).map((id) => ({ path: ['requests'], message: `${JSON.stringify(id.slice(0, 100))} is no id of a request.` }))]
  if (operations.length + requests.length > mostInterrupts) faults.push({ path: ['operations'], message: `More than ${mostInterrupts} at once.` })
  if (faults.length > 0) throw new ChangeRefused(faults)
  let before = 0
  const view = await move(database, order, (_seen, state) => {
    before = database.now()
    const note = { before, who, ...(why === undefined ? {} : { why }) }
    const added: Interrupt[] = [...operations.map((operation) => ({ operation, ...note })), ...requests.map((request) => ({ request, ...note }))]
    if (added.length === 0) return undefined
    // A later one of the same operation says more than an earlier one.
    const left = state.interrupts.filter((old) => !added.some((one) => one.operation === old.operation && one.request === old.request))
    if (left.length + added.length > mostInterrupts) throw new ChangeRefused([{ path: ['operations'], message: `More than ${mostInterrupts} interrupts would stand; each ends by itself after ${interruptMs / 60_000} minutes.` }])
    return { state: { ...state, interrupts: [...left, ...added] }, change: { kind: 'interrupt', keys: [...operations, ...requests], properties: [] } }
  })
  return { ...view, before }
}

interface Step {
  state: ControlState
  change: Pick<ControlChange, 'kind' | 'keys' | 'properties' | 'until'>
}

// Plans on what is set, and plans anew where somebody else has changed it meanwhile.
async function move(database: Database, { who, why }: { who: string; why?: string }, plan: (seen: ControlPointer, state: ControlState) => Step | undefined): Promise<ControlView> {
  for (let attempt = 1; ; attempt += 1) {
    const { pointer: seen, state } = await readWhole(database)
    const step = plan(seen, state)
    if (step === undefined) return viewOf(seen, state)
    const settings = JSON.stringify(step.state)
    if (Buffer.byteLength(settings) > mostBytes) throw new ChangeRefused([{ path: [], message: `All settings together would be more than ${mostBytes / 1024} KB; reset some first.` }])
    const note = { who, when: database.now(), ...(why === undefined ? {} : { why }) }
    const next = { revision: seen.revision + 1, deployment: seen.deployment, since: seen.since, ...note }
    if (await moveControlPointer(database, { seen, next, settings, change: { revision: next.revision, ...note, ...step.change } })) return viewOf(next, step.state)
    if (attempt === mostAttempts) throw new Error('The settings of the stage change so often that this change found no gap; try again')
    await pauseBeforeMove(attempt)
  }
}

type Edits = Record<Layer, readonly SettingsEdit[]>

// Everything that is wrong is told at once.
function readChange(change: SettingsChange): Edits {
  const faults: SettingsFault[] = [...checkWho(change), ...checkNames(change.operations)]
  const { expiresInSeconds: seconds } = change
  if (seconds !== undefined && !(Number.isFinite(seconds) && seconds >= 1 && seconds <= 31_536_000)) faults.push({ path: ['expires_in'], message: 'Must be from one second to a year.' })
  const edits = { persistent: [], transient: [] } as Edits
  for (const layer of layers) {
    if (change[layer] === undefined) continue
    const read = readEdits(change[layer], [layer])
    faults.push(...read.faults)
    edits[layer] = read.edits
    if (!change.operations.includes(wholeStage)) continue
    for (const { path } of read.edits) if (path.length > 0 && path[0] !== 'read_only') faults.push({ path: [layer, ...path], message: 'Only read_only can be set for the whole stage.' })
  }
  if (faults.length > 0) throw new ChangeRefused(faults)
  return edits
}

function checkWho({ who, why }: { who: string; why?: string }): SettingsFault[] {
  const isText = (text: string, most: number): boolean => text.length >= 1 && text.length <= most && visibleLine(text) === text
  return [
    ...(isText(who, 300) ? [] : [{ path: ['who'], message: 'Must be a name of at most 300 characters.' }]),
    ...(why === undefined || isText(why, 500) ? [] : [{ path: ['why'], message: 'Must be a text of 1 to 500 characters in one line.' }]),
  ]
}

function checkNames(operations: readonly string[]): SettingsFault[] {
  if (operations.length > mostOperations) return [{ path: ['operations'], message: `More than ${mostOperations} at once.` }]
  return operations.filter((name) => !/^[\u0021-\u007e][\u0020-\u007e]{0,299}$/.test(name) || name === '__proto__').map((name) => ({ path: ['operations'], message: `${JSON.stringify(name.slice(0, 100))} is no name of an operation.` }))
}

function edited(state: ControlState, { change, edits, now, deployment }: { change: SettingsChange; edits: Edits; now: number; deployment: number }): [string[], ControlState] {
  const names = new Set<string>()
  const operations = { ...state.operations }
  for (const operation of new Set(change.operations)) {
    const own = { ...operations[operation] }
    for (const layer of layers) {
      if (edits[layer].length === 0) continue
      const before = settingsOf(own, layer)
      const after = applyEdits(before, edits[layer])
      for (const { path } of edits[layer]) if (!isDeepStrictEqual(before, after) || change.expiresInSeconds !== undefined) names.add([layer, ...path].join('.'))
      const touched = new Set(edits[layer].map(({ path }) => path[0]))
      const kept = Object.entries(after).map(([name, value]): [string, StoredSwitch] => {
        const stored = own[layer]?.[name as SwitchName]
        const isSame = stored !== undefined && !(touched.has(name) && (change.expiresInSeconds !== undefined || !isDeepStrictEqual(stored.value, value)))
        return [name, isSame ? stored : switchOf(value as Settings[SwitchName], { change, now, ...(layer === 'transient' ? { deployment } : {}) })]
      })
      if (kept.length > 0) own[layer] = Object.fromEntries(kept)
      else delete own[layer]
    }
    if (Object.keys(own).length > 0) operations[operation] = own
    else delete operations[operation]
  }
  return [[...names].sort(), { ...state, operations }]
}

function switchOf(value: unknown, { change: { who, why, expiresInSeconds }, now, deployment }: { change: SettingsChange; now: number; deployment?: number }): StoredSwitch {
  return { value, who, when: now, ...(why === undefined ? {} : { why }), ...(expiresInSeconds === undefined ? {} : { until: now + expiresInSeconds * 1000 }), ...(deployment === undefined ? {} : { deployment }) }
}
