// Grants that the acceptance suite does not use, each with its reason. One that is used after all has to go from here.

export interface ExcusedGrant {
  /** Matches `function action resource`, the function by its logical id. */
  grant: RegExp
  reason: string
}

export const excusedGrants: readonly ExcusedGrant[] = [
  { grant: / logs:(CreateLogStream|PutLogEvents) /, reason: 'Lambda itself writes what a function prints, with the role of the function' },
]
