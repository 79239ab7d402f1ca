// What a request did so far and where it is, as text in the manner of asyncio: the newest step last.

export interface PrintedStack {
  id: string
  action: string
  /** Spans and outgoing calls, the latest last. */
  crumbs: readonly string[]
  /** Where the main thread is busy: its frames, the innermost first. */
  frames?: readonly string[]
}

/** A line about what runs, then its steps and frames; `limit`: the newest so many steps. */
export function stackText({ id, action, crumbs, frames = [] }: PrintedStack, limit?: number): string {
  const shown = limit === undefined ? crumbs : limit === 0 ? [] : crumbs.slice(-limit)
  const lines = shown.length + frames.length === 0 ? [`No stack for <Task ${id} ${action}>`] : [
    `Stack for <Task ${id} ${action}> (most recent call last):`,
    ...shown.map((crumb) => `  ${crumb}`),
    ...(frames.length === 0 ? [] : ['  The thread is busy in:', ...[...frames].reverse().map((frame) => `    ${frame.trim()}`)]),
  ]
  return `${lines.map((line) => line.replaceAll(/[\r\n]+/g, ' ')).join('\n')}\n`
}
