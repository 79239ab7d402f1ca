// Codes of the ops API; behind the door of errors/ every start of a function would hold them.
import { type ErrorMaker, makerOf } from './http-error.ts'

export const OPS_REQUEST_INVALID: ErrorMaker = makerOf('OPS_REQUEST_INVALID', 422, 'A parameter or the body of the request is not what the ops API takes')
export const OPS_BODY_INVALID: ErrorMaker = makerOf('OPS_BODY_INVALID', 400, 'The body of the request is not JSON')
export const OPS_ID_UNKNOWN: ErrorMaker = makerOf('OPS_ID_UNKNOWN', 404, 'There is no operation or task with that id')
export const OPS_METHOD_REFUSED: ErrorMaker = makerOf('OPS_METHOD_REFUSED', 405, 'A page may not cancel with GET: use POST')
export const OPS_NOT_LOCAL: ErrorMaker = makerOf('OPS_NOT_LOCAL', 403, 'The ops API of klue dev answers only to callers of this machine')
