// Steps of what runs under an idempotency key: the result of each is recorded, and given again instead of running it twice.
import * as idempotencyCodes from '../errors/idempotency-codes.ts'
import { UsageError } from '../errors/index.ts'
import type { Database } from '../persist/index.ts'
import { type Claim, readStep, writeStep } from './key-rows.ts'

/** Runs a step, or gives the result that was recorded of it. */
export type RunStep = <Result>(name: string, run: () => Result | Promise<Result>) => Promise<Result>

/**
 * What runs the steps of a claim. Results are what JSON makes of them, also the first time, so that an attempt never sees
 * another value than the one before. A kill between effect and record may repeat a step.
 */
export function stepsOf(database: Database, claim: Claim): RunStep {
  const running = new Map<string, Promise<unknown>>()
  return async <Result>(name: string, run: () => Result | Promise<Result>) => {
    if (typeof name !== 'string' || name === '' || name.length > 200) throw new UsageError({ code: 'step-name', file: '', message: `A step is named ${JSON.stringify(name)?.slice(0, 80)}`, hint: 'give it a name of 1 to 200 characters' })
    let step = running.get(name)
    if (step === undefined) {
      step = runStep(database, claim, { name, run })
      running.set(name, step)
      // What failed may be tried again.
      step.catch(() => running.delete(name))
    }
    return step as Promise<Result>
  }
}

async function runStep(database: Database, claim: Claim, { name, run }: { name: string; run: () => unknown }): Promise<unknown> {
  const before = await readStep(database, claim, name)
  if (before !== undefined) return recorded(name, before)
  const result = await run()
  const text = textOf(result)
  if (await writeStep(database, claim, { name, result: text })) return text === undefined ? result : recorded(name, { result: text })
  return recorded(name, (await readStep(database, claim, name)) ?? {})
}

// JSON has no word for it.
const nothing = 'undefined'
const mostBytes = 300_000

// Undefined where the result cannot be recorded. That the step ran is recorded all the same.
function textOf(result: unknown): string | undefined {
  if (result === undefined) return nothing
  try {
    const text = JSON.stringify(result) as string | undefined
    return text === undefined || Buffer.byteLength(text) > mostBytes ? undefined : text
  } catch {
    return undefined
  }
}

function recorded(name: string, { result }: { result?: string }): unknown {
  if (result === undefined) throw idempotencyCodes.ANSWER_NOT_KEPT(`The step ${name} ran in an earlier attempt, and its result was not kept`)
  return result === nothing ? undefined : JSON.parse(result)
}
