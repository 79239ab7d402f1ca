// openapi-backend with jsonwebtoken.
import { handlerWith } from './openapi-backend-api.mjs'
import { check } from './token.mjs'

export const handler = handlerWith(check)
