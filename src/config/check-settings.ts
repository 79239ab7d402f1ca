// Every key of a file: known, own, replaced or misspelt, and whether its value has the right form.
import { editDistance, type Fault } from '../errors/index.ts'
import { listed, valueFault } from './check-value.ts'
import { entryOf, keySpec, knownKeyNames, mapEntries, snakeCase } from './key-table.ts'
import type { KeySpec } from './keys.ts'
import { isOwnValue } from './new-keys.ts'
import { replacedKeys, synonyms, variableKeys } from './replaced-keys.ts'
import type { Setting } from './yaml-source.ts'

/** What is to be checked: the top of a file, or an overlay, which may not hold `stages`. */
export interface Checked {
  settings: Setting[]
  at: 'base' | 'overlay'
  /** Keys above these settings, with a dot behind: `stages.live.`; empty at the top of a file. */
  under: string
  /** Values that stand for a variable and are checked once it is read. */
  secretNames: ReadonlySet<string>
}

export interface Findings {
  faults: Fault[]
  notices: Fault[]
}

interface Place {
  setting: Setting
  /** The dotted key. */
  pointer: string
}

const reservedKeys = ['stage', 'values', 'secretKeys']

/** Adds a fault for everything wrong and a notice for every key that nothing reads. */
export function checkSettings(checked: Checked, findings: Findings): void {
  for (const setting of checked.settings) checkSetting(setting, checked, findings)
  for (const [other, known] of Object.entries(synonyms)) {
    const doubled = checked.settings.find((setting) => setting.key === other)
    if (doubled !== undefined && checked.settings.some((setting) => setting.key === known)) report(findings.faults, { setting: doubled, pointer: checked.under + other }, { code: 'config-key-twice', message: `${other} is another name of ${known}, and both are set`, hint: `keep ${known}` })
  }
}

function checkSetting(setting: Setting, checked: Checked, findings: Findings): void {
  const { key } = setting
  const place = { setting, pointer: checked.under + key }
  const known = entryOf(synonyms, key) ?? key
  if (key === 'stages') checkStages(setting, checked, findings)
  else if (isOwnValue(key, setting.value) && !checked.secretNames.has(setting.value as string)) report(findings.notices, place, { code: 'config-key-taken', message: `${key} is a key of klue now, and has another shape here: it is left to the service for this minor version`, hint: 'give it another name' })
  else if (entryOf(mapEntries, key) !== undefined) checkMap(setting, checked, findings.faults)
  else if (keySpec(known) !== undefined) checkValue({ ...place, spec: keySpec(known)!, key }, checked, findings.faults)
  else if (Object.hasOwn(variableKeys, key)) checkVariableKey(place, findings)
  else if (Object.hasOwn(replacedKeys, key)) report(findings.notices, place, { code: 'config-key-replaced', message: `${key} is not used: ${replacedKeys[key]}` })
  else checkOwnKey(place, findings.faults)
}

function checkStages(setting: Setting, checked: Checked, findings: Findings): void {
  const place = { setting, pointer: checked.under + setting.key }
  if (checked.at === 'overlay') return report(findings.faults, place, { code: 'config-value', message: 'stages may stand only at the top of klue-config.yaml', hint: 'write the keys of this stage without stages' })
  if (setting.inner === undefined && setting.value !== null) return report(findings.faults, place, { code: 'config-value', message: 'stages must be a map of stage names to their keys' })
  for (const stage of setting.inner ?? []) {
    if (stage.inner !== undefined) checkSettings({ ...checked, settings: stage.inner, at: 'overlay', under: `stages.${stage.key}.` }, findings)
    else if (stage.value !== null) report(findings.faults, { setting: stage, pointer: `stages.${stage.key}` }, { code: 'config-value', message: `stages.${stage.key} must be a map of keys to values` })
  }
}

function checkMap(setting: Setting, checked: Checked, faults: Fault[]): void {
  const { key: map } = setting
  const keys = mapEntries[map]!
  if (setting.value === null) return
  if (setting.inner === undefined) return report(faults, { setting, pointer: checked.under + map }, { code: 'config-value', message: `${map} ${valueFault(keySpec(map)!, setting.value) ?? 'must be a map'}` })
  for (const entry of setting.inner) {
    if (entry.inner === undefined) report(faults, { setting: entry, pointer: `${checked.under}${map}.${entry.key}` }, { code: 'config-value', message: `${map}.${entry.key} must be a map with ${listed(Object.keys(keys))}` })
    for (const inner of entry.inner ?? []) {
      const key = `${map}.${entry.key}.${inner.key}`
      const place = { setting: inner, pointer: checked.under + key }
      const spec = entryOf(keys, inner.key)
      if (spec !== undefined) checkValue({ ...place, spec, key }, checked, faults)
      else report(faults, place, { code: 'config-key-unknown', message: `there is no key ${key}`, hint: suggestion(inner.key, Object.keys(keys)) ?? `the keys are ${Object.keys(keys).join(', ')}` })
    }
  }
}

function checkValue(row: Place & { spec: KeySpec; key: string }, checked: Checked, faults: Fault[]): void {
  const { setting, spec, key } = row
  if (setting.value === null || (typeof setting.value === 'string' && checked.secretNames.has(setting.value))) return
  const wrong = valueFault(spec, setting.value)
  if (wrong !== undefined) report(faults, row, { code: 'config-value', message: `${key} ${wrong}` })
}

function checkVariableKey(place: Place, findings: Findings): void {
  const { setting } = place
  const known = variableKeys[setting.key]!
  if (typeof setting.value !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(setting.value)) return report(findings.faults, place, { code: 'config-value', message: `${setting.key} must be the name of an environment variable` })
  report(findings.notices, place, { code: 'config-key-replaced', message: `${setting.key} is an older form: write ${known}: ${setting.value} and list ${setting.value} under env_secrets` })
}

function checkOwnKey(place: Place, faults: Fault[]): void {
  const { key } = place.setting
  const hint = suggestion(key, [...knownKeyNames(), ...Object.keys(synonyms), 'stages'])
  if (hint !== undefined) report(faults, place, { code: 'config-key-unknown', message: `there is no key ${key}`, hint })
  else if (!/^[A-Za-z][\w.-]*$/.test(key)) report(faults, place, { code: 'config-key-unknown', message: `the key ${JSON.stringify(key)} must be a letter followed by letters, digits, dots, dashes or underscores` })
  else if (reservedKeys.includes(key)) report(faults, place, { code: 'config-key-unknown', message: `the key ${key} is taken by the configuration object itself`, hint: 'choose another name' })
}

// Own keys are welcome, so only a slip of one or two letters is refused; in a short name two letters are half of it.
function suggestion(key: string, candidates: string[]): string | undefined {
  const spelt = snakeCase(key)
  const near = candidates
    .map((candidate) => ({ candidate, distance: editDistance(spelt, candidate, 3), allowed: Math.min(2, Math.max(1, Math.floor(candidate.length / 3))) }))
    .filter(({ distance, allowed }) => distance <= allowed)
    .sort((left, right) => left.distance - right.distance)[0]
  return near === undefined ? undefined : `did you mean ${near.candidate}?`
}

function report(faults: Fault[], place: Place, fault: { code: string; message: string; hint?: string }): void {
  const { file, line, column } = place.setting
  faults.push({ file, line, column, pointer: place.pointer, ...fault })
}
