// The specification of the API login for its client. Written by klue generate; change the API document instead.
import type { ClientSpec } from 'klue/client'
import type { Calls, Operations } from './login.ts'

/** The API login, for createClient. */
export const loginClient: ClientSpec<Operations, Calls> = {
  api: "login",
  servers: ["http://127.0.0.1:8080"],
  securitySchemes: {},
  operations: [
    {"id":"login","clientName":"login","method":"POST","path":"/login","parameters":[],"body":{"required":true,"media":["application/json"]},"security":[],"settings":{},"replies":[{"status":"200","media":["application/json"]},{"status":"401","media":["application/json"]},{"status":"429","media":["application/json"]},{"status":"default","media":["application/json"]}]},
  ],
}
