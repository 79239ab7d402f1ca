// What commands are told of the secrets of a stage, and what they may do with them.

/** What is known of a secret; never its value. */
export interface SecretState {
  name: string
  /** When its value was last set, ISO 8601; unknown on this machine. */
  changed?: string
  /** When it was or will be deleted, ISO 8601; until then `set` brings it back. */
  deletedAt?: string
}

export interface StageSecrets {
  list(): Promise<SecretState[]>
  /** The value of a secret, for those who may read it; undefined where there is none. */
  read(name: string): Promise<string | undefined>
  set(name: string, value: string): Promise<'made' | 'changed' | 'restored'>
  /** Removes a secret; gives the time at which it is gone for good, undefined for at once. */
  remove(name: string): Promise<string | undefined>
  close(): void
}
