// The same stack, with the key of its tokens made once.
import { handlerWith } from './openapi-backend-api.mjs'
import { withLine } from './stack.mjs'
import { check } from './token-key.mjs'

export const handler = withLine(handlerWith(check))
