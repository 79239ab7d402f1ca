// The check of a token, on jsonwebtoken, with the key made once: given as text, jsonwebtoken tries it as a public key first, each time.
import { createSecretKey } from 'node:crypto'
import jsonwebtoken from 'jsonwebtoken'

const key = createSecretKey(Buffer.from('a-secret-of-the-bench-only'))

/** The claims of a good token; throws for any other. */
export function check(authorization) {
  return jsonwebtoken.verify((authorization ?? '').replace(/^Bearer /, ''), key, { algorithms: ['HS256'], clockTolerance: 300 })
}
