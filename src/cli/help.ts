// The help texts, made from the commands themselves.
import type { Command } from './command.ts'

/** The list of commands. */
export function mainHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => usage(command).length))
  const lines = commands.map((command) => `  ${usage(command).padEnd(width)}  ${command.summary}`)
  return ['Usage: klue <command> [options]', '', ...lines, '', '"klue help <command>" shows its options.'].join('\n')
}

/** One command with its options. */
export function commandHelp(command: Command): string {
  const rows = Object.entries(command.options).map(([name, option]) => ({ words: `--${name}${option.type === 'string' ? ` ${option.value ?? 'VALUE'}` : ''}${option.short === undefined ? '' : `, -${option.short}`}`, doc: option.doc }))
  const width = Math.max(0, ...rows.map((row) => row.words.length))
  const options = rows.map((row) => `  ${row.words.padEnd(width)}  ${row.doc}`)
  return [`Usage: klue ${usage(command)}${rows.length > 0 ? ' [options]' : ''}`, '', command.summary, ...(rows.length > 0 ? ['', ...options] : [])].join('\n')
}

function usage(command: Command): string {
  return `${command.name}${command.arguments === '' ? '' : ` ${command.arguments}`}`
}
