// The check of a token, on jsonwebtoken.
import jsonwebtoken from 'jsonwebtoken'

/** The claims of a good token; throws for any other. */
export function check(authorization) {
  return jsonwebtoken.verify((authorization ?? '').replace(/^Bearer /, ''), 'a-secret-of-the-bench-only', { algorithms: ['HS256'], clockTolerance: 300 })
}
