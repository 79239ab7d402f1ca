// Types and specification of the API login (apis/login.yaml). Written by klue generate; change the API document instead.
import { type ApiSpec, loadSpec } from 'klue/runtime'

/** The API login, for defineService. */
export const login: ApiSpec<Operations> = loadSpec<Operations>(new URL('./login/', import.meta.url))

/** Every operation as its handler sees it: parameters are coerced and have their defaults. */
export interface Operations {
  /** POST /login: A token for a user and a password */
  login: {
    path: {}
    query: {}
    headers: {}
    cookies: {}
    body: CredentialsSent
    replies: {
      200: Token
      401: Error
      429: Error
      default: Error
    }
    success: Token
  }
}

/** Every operation as a caller gives it: what has a default may be left out. */
export interface Calls {
  login: {
    path: {}
    query: {}
    headers: {}
    cookies: {}
    body: CredentialsSent
  }
}

export type Credentials = {
  username: string
}

export type CredentialsSent = {
  username: string
  password: string
}

export type Error = {
  status: number
  error: string
  error_description: string
  error_id?: string | undefined
  errors?: ({
    pointer?: string | undefined
    message?: string | undefined
  })[] | undefined
}

export type Token = {
  /** Send it as `Authorization: Bearer <token>` */
  token: string
  /** Seconds */
  expires_in: number
}
