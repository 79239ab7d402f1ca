// Which addresses count as one caller.

/**
 * An IPv4 address as it is, also where it is written as IPv6 (`::ffff:192.0.2.1`); of an IPv6 address the first 64 bits,
 * of which a customer has at least one; what is no address, as it is; empty where it is not known.
 */
export function addressGroup(address: string): string {
  const bare = address.trim().replace(/^\[|\](:\d{1,5})?$/g, '').replace(/%.*$/s, '').toLowerCase()
  const { isIP } = process.getBuiltinModule('node:net')
  if (isIP(bare) !== 6) return bare.slice(0, 100)
  const parts = expanded(bare)
  const isMapped = parts.slice(0, 5).every((part) => part === 0) && parts[5] === 0xffff
  if (isMapped) return [parts[6]! >> 8, parts[6]! & 255, parts[7]! >> 8, parts[7]! & 255].join('.')
  return `${parts.slice(0, 4).map((part) => part.toString(16)).join(':')}::/64`
}

// The eight numbers of an IPv6 address.
function expanded(address: string): number[] {
  const hex = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_whole, ...bytes: string[]) => {
    const [one, two, three, four] = bytes.slice(0, 4).map(Number) as [number, number, number, number]
    return `${(one * 256 + two).toString(16)}:${(three * 256 + four).toString(16)}`
  })
  const [before = '', after] = hex.split('::')
  const numbers = (text: string): number[] => (text === '' ? [] : text.split(':').map((part) => Number.parseInt(part, 16)))
  const [head, tail] = [numbers(before), numbers(after ?? '')]
  return after === undefined ? head : [...head, ...Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => 0), ...tail]
}
