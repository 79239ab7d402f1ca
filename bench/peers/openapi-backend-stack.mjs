// openapi-backend with jsonwebtoken, Powertools' logger and metrics, as services that klue replaces have it.
import { handlerWith } from './openapi-backend-api.mjs'
import { withLine } from './stack.mjs'
import { check } from './token.mjs'

export const handler = withLine(handlerWith(check))
