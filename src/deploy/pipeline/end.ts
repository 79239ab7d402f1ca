// How an error ends a command of the pipeline.
import { isUsageError } from '../../errors/index.ts'
import { anyAwsFault } from '../aws-faults.ts'
import { type Outcome, Stop } from './outcome.ts'

/** The end in the error's own words; what nobody has planned for is a failure too, so that it is taken back like any other. */
export function endOf(error: unknown): Pick<Outcome, 'result' | 'lines' | 'output'> {
  if (error instanceof Stop) return { result: error.result, lines: [error.message], output: error.output }
  const known = isUsageError(error) ? error : anyAwsFault(error, 'work on the stage')
  if (known !== undefined) return { result: 'failed', lines: known.message.split('\n') }
  return { result: 'failed', lines: [error instanceof Error ? error.message : String(error)] }
}
