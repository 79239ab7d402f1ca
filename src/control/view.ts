// What switches are set on a stage, for whoever asks.
import type { Database } from '../persist/index.ts'
import { type ControlPointer, readControlPointer, readControlSettings } from '../store/index.ts'
import type { Settings, SwitchName } from './settings.ts'
import { type ControlState, effectiveSettings, type Interrupt, type Layer, layers, readState, settingsOf, type SwitchNote } from './state.ts'

/** The switches of one operation. */
export interface OperationControl {
  transient: Settings
  persistent: Settings
  /** What counts: transient over persistent. */
  effective: Settings
  notes: Readonly<Record<Layer, Readonly<Partial<Record<SwitchName, SwitchNote>>>>>
}

/** All switches of a stage at a revision. */
export interface ControlView {
  revision: number
  /** Counts the moves of `live`. */
  deployment: number
  /** Epoch milliseconds: when `live` moved last; 0 where that is not known. */
  since: number
  /** operationId, name of a raw route, or `*` for the stage → what is set; operations without any are absent. */
  operations: ReadonlyMap<string, OperationControl>
  interrupts: readonly Interrupt[]
}

/** What an operation has to which nothing is set. */
export const nothingSet: OperationControl = { transient: {}, persistent: {}, effective: {}, notes: { transient: {}, persistent: {} } }

/** Reads the switches of a stage as they are, strongly consistent. */
export async function readControl(database: Database): Promise<ControlView> {
  const { pointer, state } = await readWhole(database)
  return viewOf(pointer, state)
}

/** The state behind a pointer; read anew where both changed in between. */
export async function readWhole(database: Database): Promise<{ pointer: ControlPointer; state: ControlState }> {
  for (let attempt = 1; ; attempt += 1) {
    const pointer = await readControlPointer(database)
    const json = await readControlSettings(database, pointer)
    if (json !== undefined) return { pointer, state: readState(json, { now: database.now(), deployment: pointer.deployment }) }
    if (attempt === 5) throw new Error(`The settings of revision ${pointer.revision} are not in the table`)
  }
}

export function viewOf({ revision, deployment, since }: Pick<ControlPointer, 'revision' | 'deployment' | 'since'>, state: ControlState): ControlView {
  const operations = new Map(Object.entries(state.operations).map(([operation, own]) => {
    const notes = Object.fromEntries(layers.map((layer) => [layer, Object.fromEntries(Object.entries(own[layer] ?? {}).map(([name, { who, when, why, until }]) => [name, { who, when, ...(why === undefined ? {} : { why }), ...(until === undefined ? {} : { until }) }]))])) as OperationControl['notes']
    return [operation, { transient: settingsOf(own, 'transient'), persistent: settingsOf(own, 'persistent'), effective: effectiveSettings(state, operation), notes }]
  }))
  return { revision, deployment, since, operations, interrupts: state.interrupts }
}
