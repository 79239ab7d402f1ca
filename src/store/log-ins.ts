// Proves passwords under limits: tries are reserved, hashes are made a few at a time, equal log-ins are made once.
import { catalog } from '../errors/index.ts'
import { type Attempts, refusal, reserveAttempt, type Subject } from './attempts.ts'
import { boundedWork } from './bounded-work.ts'
import { impossibleHash, type PasswordHasher } from './passwords.ts'

/** Proves who tries; gives the user. Throws CREDENTIALS_INVALID or TOO_MANY_ATTEMPTS. */
export type LogIns<User> = (subject: Subject, password: string) => Promise<User>

interface LogInOptions<User> {
  hasher: PasswordHasher
  find(name: string): Promise<User | undefined>
}

// scrypt makes 13 hashes a second on two cores: these take two seconds, and later ones would wait longer than callers do.
const hashing = { running: 2, waiting: 24 }
/** How long each try of a name waits that has failed too often from everywhere. */
const slowMs = 1000
/** Of those, so many wait at once. */
const slowed = { running: 100, waiting: 0 }

/** What proves passwords in this process. */
export function openLogIns<User extends { hash: string }>(attempts: Attempts, { hasher, find }: LogInOptions<User>): LogIns<User> {
  const hash = boundedWork(hashing, () => refusal(1))
  const slowDown = boundedWork(slowed, () => refusal(1))
  const running = new Map<string, Promise<User>>()

  async function prove(subject: Subject, password: string): Promise<User> {
    const reserved = await reserveAttempt(attempts, subject)
    let user: User | undefined
    let isProven: boolean
    try {
      if (reserved.isSlow) await slowDown(() => new Promise((resolve) => setTimeout(resolve, slowMs)))
      user = await find(subject.name)
      isProven = await hash(() => hasher.verify(password, user?.hash ?? impossibleHash))
    } catch (failure) {
      // Nothing was learned about the password.
      await reserved.giveBack().catch(() => undefined)
      throw failure
    }
    if (user === undefined || !isProven) {
      await reserved.fail()
      throw catalog.CREDENTIALS_INVALID()
    }
    await reserved.succeed()
    return user
  }

  return async (subject, password) => {
    const key = keyOf(subject, password)
    // A page that logs in twenty times at once is one log-in; a wrong one shares nothing, so that each counts.
    const first = running.get(key)
    if (first !== undefined) return first.catch(() => prove(subject, password))
    const own = prove(subject, password)
    running.set(key, own)
    const end = (): void => void running.delete(key)
    own.then(end, end)
    return own
  }
}

function keyOf({ name, address }: Subject, password: string): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(JSON.stringify([name, address, password.normalize('NFC')])).digest('base64')
}
