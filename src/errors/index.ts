// The error model: what callers are told, what developers are told, and the catalog of codes.
export * as catalog from './catalog.ts'
export { causeLines } from './cause-lines.ts'
export { errorIdOf, isError, fromCalledApi, fromErrorBody, toHttpError } from './error-body.ts'
export { defineError, HttpError, isHttpError, messageOf } from './http-error.ts'
export type { ErrorBody, ErrorDetail, ErrorMaker, HttpErrorOptions } from './http-error.ts'
export { editDistance, formatFault, isUsageError, nearest, UsageError } from './usage-error.ts'
export { visibleJson, visibleLine, visibleText } from './visible-text.ts'
export type { Fault } from './usage-error.ts'
