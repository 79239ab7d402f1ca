// The tables of docs/reference/config.md as the code has them.
import { keySpec, knownKeyNames, replacedKeys, synonyms, variableKeys } from '../../src/config/build.ts'
import { environmentVariables, type KeyGroup, type KeySpec } from '../../src/config/index.ts'

/** Rows of the known keys of a group: key, type, default, unit, meaning. */
export function keyRows(group: KeyGroup): string[] {
  return knownKeyNames().filter((name) => keySpec(name)!.group === group).map((name) => {
    const spec = keySpec(name)!
    return row([`\`${name}\``, typeWords(spec), defaultWords(spec), spec.unit ?? '', spec.doc])
  })
}

/** Rows of the keys of earlier kits: key, what it means now. */
export function replacedRows(): string[] {
  return [
    ...Object.entries(synonyms).map(([other, known]) => row([`\`${other}\``, `another name of \`${known}\``])),
    ...Object.entries(variableKeys).map(([other, known]) => row([`\`${other}\``, `names the environment variable that holds \`${known}\``])),
    ...Object.entries(replacedKeys).sort(([left], [right]) => (left < right ? -1 : 1)).map(([key, text]) => row([`\`${key}\``, `not used: ${text}`])),
  ]
}

/** Rows of the environment variables: name, meaning. */
export function variableRows(): string[] {
  return Object.entries(environmentVariables).map(([name, doc]) => row([`\`${name}\``, doc]))
}

/** Every group with its rows on the page. */
export const groups: readonly KeyGroup[] = ['service', 'security', 'requests', 'observing', 'calls', 'aws']

function row(cells: string[]): string {
  return `| ${cells.join(' | ')} |`
}

function typeWords(spec: KeySpec): string {
  if (spec.type === 'choice') return spec.choices.map((choice) => `\`${choice}\``).join(', ')
  return spec.type === 'whole number' || spec.type === 'number' ? `${spec.type}, ${spec.min} to ${spec.max}` : spec.type
}

function defaultWords(spec: KeySpec): string {
  if (spec.default === undefined) return ''
  if (spec.default === 'as live') return 'as `live`'
  return spec.default === 'by stage' ? 'by stage' : `\`${typeof spec.default === 'string' ? spec.default : JSON.stringify(spec.default)}\``
}
