// Settings of several files over each other: later ones win; maps of settings (apis, functions) are merged key by key.
import { isMap } from './check-value.ts'
import { entryOf, mapEntries } from './key-table.ts'
import type { MergedConfig } from './merged.ts'
import { synonyms, variableKeys } from './replaced-keys.ts'
import type { Setting } from './yaml-source.ts'

/** The values and places of layers, the first one lowest; other names of known keys are resolved. */
export function mergeSettings(layers: Setting[][]): Pick<MergedConfig, 'values' | 'places'> {
  const merged: Pick<MergedConfig, 'values' | 'places'> = { values: {}, places: {} }
  for (const setting of layers.flat()) {
    const name = entryOf(synonyms, setting.key) ?? entryOf(variableKeys, setting.key) ?? setting.key
    // An empty key (`port:`) takes the value of a lower layer back to the default.
    if (setting.value === null) delete merged.values[name]
    else merged.values[name] = Object.hasOwn(mapEntries, name) ? mergeMaps(merged.values[name], setting.value) : setting.value
    recordPlaces(merged.places, name, setting)
  }
  addVariableNames(merged.values, layers.flat())
  return merged
}

function mergeMaps(below: unknown, above: unknown): unknown {
  if (!isMap(above)) return above
  const result: Record<string, unknown> = isMap(below) ? { ...below } : {}
  for (const [entry, settings] of Object.entries(above)) {
    const lower = result[entry]
    result[entry] = isMap(settings) ? withoutEmpty({ ...(isMap(lower) ? lower : {}), ...settings }) : settings
  }
  return result
}

function withoutEmpty(settings: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null))
}

// After the merge: a later `env_secrets` replaces the list, and must not lose the names that env_jwt_* gave.
function addVariableNames(values: Record<string, unknown>, settings: Setting[]): void {
  for (const setting of settings) if (entryOf(variableKeys, setting.key) !== undefined) addSecretName(values, setting.value)
}

function addSecretName(values: Record<string, unknown>, name: unknown): void {
  if (typeof name !== 'string') return
  const listed = Array.isArray(values['env_secrets']) ? (values['env_secrets'] as string[]) : []
  if (!listed.includes(name)) values['env_secrets'] = [...listed, name]
}

function recordPlaces(places: MergedConfig['places'], key: string, setting: Setting): void {
  places[key] = { file: setting.file, line: setting.line }
  if (Object.hasOwn(mapEntries, key.split('.')[0]!)) for (const inner of setting.inner ?? []) recordPlaces(places, `${key}.${inner.key}`, inner)
}
