// What the commands of the pipeline share: their options, the stage that they open, and how they end.
import type { Outcome, Stage, StepEvent } from '../deploy/pipeline/index.ts'
import { env } from '../config/index.ts'
import { isUsageError } from '../errors/index.ts'
import { type CommandCall, type CommandOption, textOption } from './command.ts'
import { printJsonLine, printPainted } from './output.ts'

export const pipelineOptions: Readonly<Record<'stage' | 'yes' | 'wait' | 'verbose' | 'json', CommandOption>> = {
  stage: { type: 'string', value: 'NAME', doc: 'Stage in the account; KLUE_STAGE by default.' },
  yes: { type: 'boolean', doc: 'Does not ask. Without a terminal and without it the command ends where it would ask.' },
  wait: { type: 'boolean', doc: 'Waits where somebody else is at this stage, instead of ending with code 6.' },
  verbose: { type: 'boolean', doc: 'Shows what the commands print that it runs; `.klue/deploy/<stage>/` keeps it in any case.' },
  json: { type: 'boolean', doc: 'Prints JSON for machines: an object a line for each step, the outcome last.' },
}

/** Opens the stage of a call, runs something on it, and closes it. */
export async function withStage<Result>(call: CommandCall, run: (stage: Stage) => Promise<Result>): Promise<Result> {
  const [{ loadConfig }, { openStage }, { openStageStore }, { setConfig }] = await Promise.all([import('../config/build.ts'), import('../deploy/pipeline/index.ts'), import('../dev/index.ts'), import('../config/index.ts')])
  const name = textOption(call, 'stage')
  // What deploys a stage knows the names of its secrets, never their values.
  const loaded = loadConfig({ root: call.root, env: {}, unset: 'leave out', ...(name === undefined ? {} : { stage: name }) })
  setConfig(loaded.config)
  const opened = await openStageStore(call.root, loaded.config)
  try {
    const stage = await openStage({ root: call.root, loaded, database: opened.database, store: opened.store, klue: [...process.execArgv, process.argv[1]!], isVerbose: call.values['verbose'] === true, tell: await teller(call) })
    try {
      return await run(stage)
    } finally {
      stage.close()
    }
  } finally {
    await opened.close()
  }
}

/** Runs a command of the pipeline to its screen at the end and its exit code. */
export async function runOnStage(call: CommandCall, run: (stage: Stage) => Promise<Outcome>): Promise<number> {
  const { endScreen, exitCodes } = await import('../deploy/pipeline/index.ts')
  const isOver = tellOfStop(call)
  try {
    const outcome = await withStage(call, run)
    const code = exitCodes[outcome.result]
    if (call.values['json'] === true) printJsonLine(call.output, { ...outcome, exit: code })
    else if (code === 0) call.output.print(endScreen(outcome))
    else call.output.printError(endScreen(outcome))
    return code
  } catch (error) {
    return usageCode(call, error)
  } finally {
    isOver()
  }
}

// Commands that it runs end with it; CloudFormation does not. Gives what ends the waiting for signals.
function tellOfStop({ output }: CommandCall): () => void {
  const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
  const stop = (signal: NodeJS.Signals): void => {
    output.printError(`klue: stopped by ${signal}; what CloudFormation has begun goes on in the account, and the same command goes on from there`)
    process.exit(signals[signal as keyof typeof signals])
  }
  const names = Object.keys(signals) as (keyof typeof signals)[]
  for (const name of names) process.once(name, stop)
  return () => names.forEach((name) => process.off(name, stop))
}

/** Shows why a command of the pipeline stopped, and gives the exit code; throws every other error on. */
export async function stopCode(call: CommandCall, error: unknown): Promise<number> {
  const { exitCodes, Stop } = await import('../deploy/pipeline/index.ts')
  if (!(error instanceof Stop)) throw error
  if (call.values['json'] === true) call.output.printJson({ result: error.result, lines: [error.message], output: error.output })
  else for (const line of [`klue: ${error.message}`, ...error.output.map((text) => `  ${text}`)]) call.output.printError(line)
  return exitCodes[error.result]
}

// What is typed wrong, and not what is written wrong in the project.
const wrongWords = new Set(['command-line', 'stage-local', 'stage-name', 'stage-unknown'])

/** The exit code of a command line that makes no sense; throws every other error on. */
export function usageCode(call: CommandCall, error: unknown): number {
  if (!isUsageError(error) || !error.faults.every(({ code }) => wrongWords.has(code))) throw error
  for (const { message, hint } of error.faults) call.output.printError(`klue: ${message}${hint === undefined ? '' : ` (${hint})`}`)
  return 2
}

/** Asks at the terminal; undefined where there is none, and where CI or --json say that nobody looks. */
export function asker(call: CommandCall): ((question: string) => Promise<boolean>) | undefined {
  if (process.stdin.isTTY !== true || env('CI') !== undefined || call.values['json'] === true) return undefined
  return async (question) => (await import('./secret-value.ts')).confirmed(question)
}

async function teller(call: CommandCall): Promise<(event: StepEvent) => void> {
  const { eventLine } = await import('../deploy/pipeline/index.ts')
  if (call.values['json'] === true) return (event) => printJsonLine(call.output, { ...event, time: new Date().toISOString() })
  return (event) => {
    const line = eventLine(event, call.output.hasColor)
    if (line !== undefined) printPainted(call.output, line)
  }
}
