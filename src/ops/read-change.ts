// The body of a PUT on settings: bytes in, a change out, or the refusal of the seed.
import * as opsCodes from '../errors/ops-codes.ts'
import type { SettingsChange } from '../control/index.ts'
import { isTree } from './format/flat-settings.ts'
import { refusal, type Wrong } from './format/query-error.ts'

type Body = Pick<SettingsChange, 'transient' | 'persistent' | 'expiresInSeconds' | 'why'>

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** Reads `{"transient": {…}, "persistent": {…}, "expires_in": "10m", "reason": "…"}`; throws 400 for what is no JSON and 422 for what has another shape. */
export function readChange(bytes: Uint8Array): Body {
  const body = parse(bytes)
  if (!isTree(body)) throw refusal([{ in: 'body', place: [], message: 'Invalid input type.' }])
  const faults: Wrong[] = []
  const change: Body = {}
  for (const [key, value] of Object.entries(body)) {
    const [layer, ...rest] = key.split('.')
    if (key === 'expires_in') {
      const wanted = duration(value)
      if (wanted === undefined) faults.push({ in: 'body', place: [key], message: 'Not a valid duration: give seconds, or 90s, 10m, 2h, 7d.' })
      else change.expiresInSeconds = wanted
    } else if (key === 'reason') {
      if (typeof value === 'string') change.why = value
      else faults.push({ in: 'body', place: [key], message: 'Not a valid string.' })
    } else if (layer !== 'transient' && layer !== 'persistent') faults.push({ in: 'body', place: [key], message: 'Unknown field.' })
    // Dotted from the layer on, as flat settings may be.
    else if (rest.length > 0) change[layer] = { ...(isTree(change[layer]) ? change[layer] : {}), [rest.join('.')]: value }
    else if (isTree(change[layer]) && isTree(value)) change[layer] = { ...change[layer], ...value }
    else change[layer] = value
  }
  if (faults.length > 0) throw refusal(faults)
  return change
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown
  } catch (cause) {
    throw opsCodes.OPS_BODY_INVALID(undefined, { cause })
  }
}

function duration(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  const match = typeof value === 'string' ? /^(\d{1,9})([smhd]?)$/.exec(value) : null
  return match === null ? undefined : Number(match[1]) * (seconds[match[2]!] ?? 1)
}
