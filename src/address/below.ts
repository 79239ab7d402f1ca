// A path and the address that it stands below, kept apart: what somebody sent as a path never says where a request goes.

/**
 * The URL of a path (with its query) below a base address, whose own path stays in front.
 * Undefined where the path begins with no slash, leads out of the base, or the base is no address of http or https.
 */
export function addressBelow(base: string, path: string): URL | undefined {
  const from = URL.canParse(base) ? new URL(base) : undefined
  if (from === undefined || !/^https?:$/.test(from.protocol) || !path.startsWith('/')) return undefined
  const folder = from.pathname.replace(/\/+$/, '')
  const mark = path.indexOf('?')
  const [own, query] = mark < 0 ? [path, ''] : [path.slice(0, mark), path.slice(mark)]
  const text = `${from.origin}${folder}${encoded(own)}${encoded(query)}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url !== undefined && url.origin === from.origin && `${url.pathname}/`.startsWith(`${folder}/`) ? url : undefined
}

/** Whether a path stays on the origin that it is read against, also for readers who resolve it as a reference: `//host/…` and `/\host/…` do not. */
export function isPathOfOrigin(path: string): boolean {
  // Readers of URLs drop these characters before they look for a host.
  const read = path.replace(/[\t\n\r]/g, '')
  return read.startsWith('/') && !/^\/[/\\]/.test(read)
}

// What a reader of URLs would drop, or take for the end of a path or for a slash, stays what it was.
function encoded(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replace(/[\u0000-\u0020\u007f\\#]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
}
