// How a deployment can end, with the exit code of each end.

/** Ends of `klue deploy` and of the commands beside it. */
export const exitCodes = {
  /** Done. */
  live: 0,
  /** Failed, and nothing was changed in the account. */
  failed: 1,
  /** The command line makes no sense. */
  usage: 2,
  /** The new documents break callers of those that are live. */
  refused: 3,
  /** Failed, and `live` is what it was before. */
  'taken back': 4,
  /** Failed, and something is not as it was before; the screen says what. */
  'not clean': 5,
  /** Somebody else deploys to this stage. */
  locked: 6,
} as const

export type Result = keyof typeof exitCodes

/** What the screen at the end and `--json` tell. */
export interface Outcome {
  result: Result
  stage: string
  version: string
  /** What happened, a sentence a line. */
  lines: string[]
  /** Step that failed. */
  step?: string
  /** The failing output, its last useful lines. */
  output?: string[]
  /** Version that is live now, as far as it is known. */
  live?: string | undefined
  /** Addresses of the service. */
  urls?: Readonly<Record<string, string>>
}

/** Ends a deployment in its own way, with the sentence that says why. */
export class Stop extends Error {
  readonly result: Result
  readonly output: string[]

  constructor(result: Result, sentence: string, output: string[] = []) {
    super(sentence)
    this.name = 'Stop'
    this.result = result
    this.output = output
  }
}
