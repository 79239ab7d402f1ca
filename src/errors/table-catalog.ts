// The error codes of tables: apart, so that a start without tables does not load them.
import { defineError, type ErrorMaker } from './http-error.ts'

export const INVALID_CURSOR: ErrorMaker = defineError('INVALID_CURSOR', 400, 'The cursor does not belong to this listing')
export const ITEM_NOT_FOUND: ErrorMaker = defineError('ITEM_NOT_FOUND', 404, 'There is no such item')
export const VERSION_CONFLICT: ErrorMaker = defineError('VERSION_CONFLICT', 409, 'The item was changed by someone else meanwhile')
export const CONDITION_FAILED: ErrorMaker = defineError('CONDITION_FAILED', 409, 'The item is not as it has to be for this')
export const UNIQUE_CONFLICT: ErrorMaker = defineError('UNIQUE_CONFLICT', 409, 'Another item has this value already')
export const TRANSACTION_CONFLICT: ErrorMaker = defineError('TRANSACTION_CONFLICT', 409, 'Another transaction changed the same items at this moment')
export const BATCH_INCOMPLETE: ErrorMaker = defineError('BATCH_INCOMPLETE', 503, 'Not all items were read or written in time')
