// Passwords as scrypt hashes that carry their own parameters.

export interface PasswordHasher {
  /** `$scrypt$ln=15,r=8,p=1$<salt>$<hash>`, both parts base64url. */
  hash(password: string): Promise<string>
  /** Whether the password made this hash; a hash that cannot be read matches nothing. */
  verify(password: string, hash: string): Promise<boolean>
}

interface Parameters {
  /** log2 of N. */
  ln: number
  r: number
  p: number
  salt: Buffer
}

const saltBytes = 16
const hashBytes = 32

/** scrypt with N=2^15, r=8, p=1: 32 MiB and some 50 ms a hash. */
export const scryptHasher: PasswordHasher = {
  async hash(password) {
    const parameters = { ln: 15, r: 8, p: 1, salt: crypto().randomBytes(saltBytes) }
    const { ln, r, p, salt } = parameters
    return `$scrypt$ln=${ln},r=${r},p=${p}$${salt.toString('base64url')}$${(await derive(password, parameters)).toString('base64url')}`
  },
  async verify(password, hash) {
    const stored = parse(hash)
    if (stored === undefined) return false
    const derived = await derive(password, stored.parameters)
    return crypto().timingSafeEqual(derived, stored.hash)
  },
}

/** A hash that no password makes: who is unknown costs as much work as who is known. */
export const impossibleHash: string = `$scrypt$ln=15,r=8,p=1$${Buffer.alloc(saltBytes).toString('base64url')}$${Buffer.alloc(hashBytes).toString('base64url')}`

function parse(text: string): { parameters: Parameters; hash: Buffer } | undefined {
  const match = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w-]+)\$([\w-]+)$/.exec(text)
  if (match === null) return undefined
  const [ln, r, p] = match.slice(1, 4).map(Number) as [number, number, number]
  const hash = Buffer.from(match[5]!, 'base64url')
  // A damaged row must not be able to ask for gigabytes.
  if (ln < 10 || ln > 20 || r < 1 || r > 16 || p < 1 || p > 4 || hash.length !== hashBytes) return undefined
  return { parameters: { ln, r, p, salt: Buffer.from(match[4]!, 'base64url') }, hash }
}

function derive(password: string, { ln, r, p, salt }: Parameters): Promise<Buffer> {
  const N = 2 ** ln
  return new Promise((derived, failed) => {
    // The same letter can be written in several ways; keyboards differ.
    crypto().scrypt(password.normalize('NFC'), salt, hashBytes, { N, r, p, maxmem: 256 * N * r }, (failure, key) => (failure === null ? derived(key) : failed(failure)))
  })
}

// Loaded with the first password: most functions never see one.
function crypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto')
}
