// Who uses a table, and how long: what a request tells the tables that its handler opens.

/** All of it may be missing: a script has neither a user nor an end. */
export interface TableUse {
  /** Who changes items, for the properties that say by whom. */
  by?(): string | undefined
  /** Ends what waits. */
  signal?(): AbortSignal
  /** Epoch milliseconds after which nothing is tried again. */
  endsAt?: number
  /** Waits in milliseconds; that of the system by default. */
  pause?(milliseconds: number): Promise<void>
}
