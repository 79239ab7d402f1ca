// What a task did and where it is, as text in the manner of asyncio: the newest frame last.

/** A step of what runs: a call that it made, or where its code was. */
export interface Breadcrumb {
  /** Epoch milliseconds. */
  at: number
  /** For example `GET https://example.test/packages` or `table measurements: query`. */
  what: string
  /** Milliseconds it took; absent while it goes on. */
  tookMs?: number
  /** Lines of a stack, the innermost first. */
  frames?: readonly string[]
}

export interface PrintedTask {
  id: string
  action: string
  /** Epoch milliseconds. */
  startedAt: number
  breadcrumbs: readonly Breadcrumb[]
}

/** A line about the task, then its breadcrumbs; `limit`: the newest so many. */
export function stackText({ id, action, startedAt, breadcrumbs }: PrintedTask, limit?: number): string {
  const head = `Stack for <Task ${id} ${action}> (most recent call last):`
  const shown = limit === undefined ? breadcrumbs : limit === 0 ? [] : breadcrumbs.slice(-limit)
  if (shown.length === 0) return `No stack for <Task ${id} ${action}>\n`
  const lines = shown.flatMap(({ at, what, tookMs, frames = [] }) => [
    `  +${((at - startedAt) / 1000).toFixed(3)}s ${what}${tookMs === undefined ? ' (not finished)' : ` (${tookMs} ms)`}`,
    ...[...frames].reverse().map((frame) => `    ${frame.trim()}`),
  ])
  return `${[head, ...lines].map((line) => line.replaceAll(/[\r\n]/g, ' ')).join('\n')}\n`
}
