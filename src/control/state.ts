// The state that a revision holds: which switches are set in which layer, by whom and until when, and what is interrupted.
import { layer, type Settings, type SwitchName } from './settings.ts'

/** `transient` switches count until `live` moves, `persistent` ones until they are reset; transient wins. */
export type Layer = 'transient' | 'persistent'

export const layers: readonly Layer[] = ['persistent', 'transient']

/** The key of what is set for the whole stage. */
export const wholeStage = '*'

/** Who set a switch, and until when it holds. */
export interface SwitchNote {
  who: string
  /** Epoch milliseconds. */
  when: number
  why?: string
  /** Epoch milliseconds; absent where it has no end. */
  until?: number
}

/** A switch as it is kept. */
export interface StoredSwitch extends SwitchNote {
  value: unknown
  /** Of transient ones: the deployment under which it was set. */
  deployment?: number
}

/** An order to end what runs. */
export interface Interrupt {
  /** operationId, or the name of a raw route; absent where one request is meant. */
  operation?: string
  /** Id of one running request. */
  request?: string
  /** Epoch milliseconds: requests that started before are ended. */
  before: number
  who: string
  why?: string
}

type StoredLayer = Partial<Record<SwitchName, StoredSwitch>>

/** Operation → its switches by layer, and what is interrupted. */
export interface ControlState {
  operations: Record<string, Partial<Record<Layer, StoredLayer>>>
  interrupts: readonly Interrupt[]
}

/** How long an interrupt stands, and how many do. */
export const interruptMs = 900_000
export const mostInterrupts = 200

/** Reads a state, without what is over at a time under a deployment. */
export function readState(json: string, { now, deployment }: { now: number; deployment: number }): ControlState {
  const { operations = {}, interrupts = [] } = JSON.parse(json) as Partial<ControlState>
  const kept: ControlState['operations'] = {}
  for (const [operation, own] of Object.entries(operations)) {
    const left: Partial<Record<Layer, StoredLayer>> = {}
    for (const name of layers) {
      const standing = Object.entries(own[name] ?? {}).filter(([, { until, deployment: under }]) => (until === undefined || until > now) && (name === 'persistent' || under === deployment))
      if (standing.length > 0) left[name] = Object.fromEntries(standing)
    }
    if (Object.keys(left).length > 0) kept[operation] = left
  }
  return { operations: kept, interrupts: interrupts.filter(({ before }) => before > now - interruptMs) }
}

/** The settings of a layer without the notes of who set them. */
export function settingsOf(own: Partial<Record<Layer, StoredLayer>> | undefined, name: Layer): Settings {
  return Object.fromEntries(Object.entries(own?.[name] ?? {}).map(([key, { value }]) => [key, value]))
}

/** What counts for an operation: transient over persistent; a candidate sees the persistent layer alone. */
export function effectiveSettings({ operations }: ControlState, operation: string, isCandidate: boolean = false): Settings {
  const own = Object.hasOwn(operations, operation) ? operations[operation] : undefined
  const persistent = settingsOf(own, 'persistent')
  return isCandidate ? persistent : layer(persistent, settingsOf(own, 'transient'))
}
