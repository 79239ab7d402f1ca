// What goes wrong with messages, as errors with which their runs fail. docs/reference/tasks.md holds the same table.
import { defineError, type ErrorMaker } from '../errors/index.ts'

export const MESSAGE_INVALID: ErrorMaker = defineError('MESSAGE_INVALID', 500, 'The message is not what the consumer takes', { retry: false })
export const MESSAGE_FAILED: ErrorMaker = defineError('MESSAGE_FAILED', 500, 'The handler said that the message failed')
export const MESSAGE_LOST: ErrorMaker = defineError('MESSAGE_LOST', 500, 'Each run of the message ended before it was over', { retry: false })
export const BATCH_RESULT_INVALID: ErrorMaker = defineError('BATCH_RESULT_INVALID', 500, 'The handler returned something else than the messages that failed')
