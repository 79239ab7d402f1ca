// What goes wrong with tasks, as errors: those of `fire`, which its caller gets, and those with which runs fail. docs/reference/tasks.md holds the same table.
import { defineError, type ErrorMaker } from '../errors/index.ts'

export const TASK_INPUT_INVALID: ErrorMaker = defineError('TASK_INPUT_INVALID', 500, 'The input does not fit the schema of the task', { retry: false })
export const TASK_INPUT_TOO_LARGE: ErrorMaker = defineError('TASK_INPUT_TOO_LARGE', 500, 'The input of a task is larger than 256 KB', { retry: false })
export const TASK_RESULT_INVALID: ErrorMaker = defineError('TASK_RESULT_INVALID', 500, 'The task returned what its schema does not allow, or more than 100 KB', { retry: false })
export const TASK_STEP_INVALID: ErrorMaker = defineError('TASK_STEP_INVALID', 500, 'The result of a step cannot be recorded', { retry: false })
export const TASK_IDENTITY_EXPIRED: ErrorMaker = defineError('TASK_IDENTITY_EXPIRED', 401, 'The token of who fired the task was over before it ran', { retry: false })
export const TASK_LOST: ErrorMaker = defineError('TASK_LOST', 500, 'The worker that ran the task ended before the task did')
export const TASK_VERSION_MISSING: ErrorMaker = defineError('TASK_VERSION_MISSING', 500, 'The task waits for a version that knows it and takes its input')
export const TASK_ENDED: ErrorMaker = defineError('TASK_ENDED', 409, 'The task was cancelled, or another worker has taken it over', { retry: false })
