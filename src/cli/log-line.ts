// A stored request as one line of columns.
import { causeLines, visibleLine } from '../errors/index.ts'

const codes = { dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const

/** Time, status, method, path, duration, operation, and the error where there is one, with its causes in lines below. */
export function logLine(record: Readonly<Record<string, unknown>>, { hasColor }: { hasColor: boolean }): string {
  const paint = (color: keyof typeof codes, text: string): string => (hasColor ? `\u001b[${codes[color]}m${text}\u001b[0m` : text)
  const text = (name: string): string => (record[name] === undefined || record[name] === null ? '' : visibleLine(String(record[name])))
  const status = Number(record['status'])
  const color = status >= 500 ? 'red' : status >= 400 || record['level'] === 'warn' ? 'yellow' : record['level'] === 'error' ? 'red' : 'green'
  const failure = record['error'] === undefined ? '' : `  ${paint(color, `${text('error')} ${text('error_description')}`)}${record['error_id'] === undefined ? '' : paint('dim', ` ${text('error_id')}`)}`
  const time = text('time').replace('T', ' ').slice(0, 23)
  return `${paint('dim', time)}  ${paint(color, String(status))}  ${text('method').padEnd(6)} ${text('path')}  ${paint('dim', `${Math.round(Number(record['duration_ms'] ?? 0))} ms`)}  ${paint('cyan', text('operation'))}${failure}${causeLines(record).map((line) => paint('dim', `\n    ${visibleLine(line)}`)).join('')}`
}
