// Whole origins: scheme, host and port, in the one spelling in which they can be compared.

/** The origin of a text that is one, as browsers spell it: lower case, without the port that its scheme has anyway. Undefined for `null`, other schemes, and what is more than an origin. */
export function originOf(text: string): string | undefined {
  const parts = /^(https?):\/\/([^\s/\\?#@]+)$/i.exec(text)
  if (parts === null || !URL.canParse(text)) return undefined
  return new URL(text).origin
}

/** The origin of a service that was reached by a scheme and a Host header. */
export function originOfHost(scheme: 'http' | 'https', host: string | undefined): string | undefined {
  return host === undefined ? undefined : originOf(`${scheme}://${host}`)
}

/** Whether an Origin header names one of some origins. */
export function isSameOrigin(header: string, origins: readonly (string | undefined)[]): boolean {
  if (origins.length === 0) return false
  if (header !== 'null' && origins.includes(header)) return true
  const origin = originOf(header)
  return origin !== undefined && origins.some((known) => known !== undefined && (known === origin || originOf(known) === origin))
}
