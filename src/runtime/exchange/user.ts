// Who calls, and what a token for somebody can be made with.

/** Who a request comes from. */
export interface User {
  /** The `sub` of the token; empty where it has none. */
  id: string
  /** All claims of the token, or what a security handler returned. */
  claims: Record<string, unknown>
  /** The `iss` of the token; empty where it has none. */
  issuer: string
  /** The token as it came; empty for callers without one. */
  token: string
  /** In a task: the token of who fired it is over, and the task runs as the service. */
  expired?: true
  /** In a task: who fired it, where that is no user of this service's own issuer and the task runs as the service. */
  onBehalfOf?: { id: string; issuer: string }
}

export interface TokenOptions {
  /** Seconds; default `jwt_token_timeout` of the configuration, 86400. */
  expiresIn?: number
  /** Further claims; `iss`, `sub`, `aud`, `iat` and `exp` cannot be replaced. */
  claims?: Record<string, unknown>
  /** Default `jwt_issuer` of the configuration. */
  issuer?: string
  /** Epoch seconds; default now. */
  issuedAt?: number
}
