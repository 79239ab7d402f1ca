// The handler that goes over all measurements of a job; it runs as a task, because there may be many.
import type { Handler } from 'klue/runtime'
import type { Operations } from '../gen/builds.ts'

// Loaded with its first run: who answers requests does without.
export const recomputeSummary: Handler<Operations['recomputeSummary']> = async (input, context) => (await import('./summarize.ts')).summarize(input, context)
