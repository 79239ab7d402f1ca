// Loads the code that only some lines need, with the first such line: on a live stage most lines have plain fields only.
import { env } from '../../config/index.ts'
import type { Logger, LogLevel } from '../exchange/log.ts'
import type { NotesOptions } from './take-notes.ts'

type LineParts = typeof import('./line-parts.ts')

let loaded: LineParts | undefined
let loading: Promise<LineParts> | undefined

/** The parts, if they are loaded already. */
export function lineParts(): LineParts | undefined {
  return loaded
}

export function loadLineParts(): Promise<LineParts> {
  return (loading ??= import('./line-parts.ts').then((parts) => (loaded = parts)))
}

/** Runs with the parts: at once where they are loaded, else before the line of the request is written. */
export function withLineParts({ notes }: Pick<NotesOptions, 'notes'>, run: (parts: LineParts) => void): void {
  if (loaded !== undefined) run(loaded)
  else notes.pending.push(loadLineParts().then(run).catch(() => undefined))
}

/** The logger of a request; its work is done by the parts. */
export function notingLogger(options: NotesOptions, keys: Record<string, unknown> = {}): Logger {
  let own = keys
  const at = (level: LogLevel) => (message: string | object, fields?: unknown): void => {
    if (levels.indexOf(level) < lowestLevel()) return
    const said = { level, message, fields, keys: own, at: options.now() }
    withLineParts(options, (parts) => parts.note(options, said))
  }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    span: async (name: string, ...rest: unknown[]) => (loaded ?? (await loadLineParts())).span(options, { name, data: rest.length > 1 ? rest[0] : undefined }, rest.at(-1) as () => never),
    child: (more) => notingLogger(options, { ...own, ...more }),
    appendKeys: (more) => void (own = { ...own, ...more }),
    keep: (how) => void (options.notes.keep = how),
  }
}

const levels = ['debug', 'info', 'warn', 'error']

function lowestLevel(): number {
  const lowest = levels.indexOf(env('LOGLEVEL')?.toLowerCase() ?? (env('DEBUG') === undefined ? 'info' : 'debug'))
  return lowest < 0 ? 1 : lowest
}

/** Whether reports are recorded but told to nobody: in tests, and where NO_ERROR_REPORTING says so. DO_REPORT_ERROR wins. */
export function isMuted(): boolean {
  if (env('DO_REPORT_ERROR') !== undefined) return false
  return env('NO_ERROR_REPORTING') === '1' || env('NODE_TEST_CONTEXT') !== undefined || env('KLUE_TARGET') !== undefined
}
