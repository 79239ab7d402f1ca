// The number of an operation, for whoever wants digits: the same on each instance and in each version.

/** A decimal number of 48 bits, from method and path of the document; `HEAD` has that of its `GET`. */
export function routeId(method: string, path: string): string {
  const name = method.toUpperCase()
  const digest = process.getBuiltinModule('node:crypto').createHash('sha256').update(`${name === 'HEAD' ? 'GET' : name} ${path}`).digest()
  return String(digest.readUIntBE(0, 6))
}
