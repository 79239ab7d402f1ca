// Rows of docs/reference/alerts.md as the code has them.
import type { KeySpec } from '../../src/config/index.ts'

/** The row of a setting of an alert: key, type, default, unit, meaning. */
export function settingRow(name: string, spec: KeySpec): string {
  const type = spec.type === 'choice' ? spec.choices.map((choice) => `\`${choice}\``).join(', ') : spec.type === 'whole number' ? `whole number, ${spec.min} to ${spec.max}` : spec.type
  const value = spec.default === undefined || spec.default === '' ? '' : `\`${String(spec.default)}\``
  return `| \`${name}\` | ${type} | ${value} | ${spec.unit ?? ''} | ${spec.doc} |`
}
