// The hosts by which this machine may be called: against pages that point a name of their own at 127.0.0.1.

/**
 * Whether a Host header names this machine (`localhost`, names below it, loopback addresses), or one of further hosts: `app.test`, `*.app.test`.
 * The port does not count: it may be forwarded.
 */
export function isLocalHost(header: string | undefined, further: readonly string[] = []): boolean {
  const name = header === undefined ? undefined : nameOf(header)
  if (name === undefined) return false
  if (name === 'localhost' || name.endsWith('.localhost') || /^127(\.\d{1,3}){3}$/.test(name) || name === '[::1]') return true
  return further.some((host) => (host.startsWith('*.') ? isBelow(name, nameOf(host.slice(2))) : name === nameOf(host)))
}

// As URLs have it: lower case, addresses in their one form.
function nameOf(host: string): string | undefined {
  if (!/^(\[[\da-fA-F:.]+\]|[^\s/\\?#@:[\]]+)(:\d{0,5})?$/.test(host) || !URL.canParse(`http://${host}`)) return undefined
  return new URL(`http://${host}`).hostname.replace(/(?<=[^.])\.$/, '')
}

function isBelow(name: string, parent: string | undefined): boolean {
  return parent !== undefined && name.endsWith(`.${parent}`)
}
