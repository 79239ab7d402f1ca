// The specification of the API metrics-backend for its client. Written by klue generate; change the API document instead.
import type { ClientSpec } from 'klue/client'
import type { Calls, Operations } from './metrics-backend.ts'

/** The API metrics-backend, for createClient. */
export const metricsBackendClient: ClientSpec<Operations, Calls> = {
  api: "metrics-backend",
  servers: ["http://127.0.0.1:8081"],
  securitySchemes: {"team":{"kind":"basic"}},
  operations: [
    {"id":"getPackages","clientName":"getPackages","method":"GET","path":"/api/packages","parameters":[{"name":"job","in":"query","required":true,"style":"form","explode":true,"shape":"primitive"},{"name":"build","in":"query","required":true,"style":"form","explode":true,"shape":"primitive"}],"security":[{"team":[]}],"settings":{},"replies":[{"status":"200","media":["text/plain","application/json"]},{"status":"404","media":["text/plain","application/json"]},{"status":"default","media":["text/plain","application/json"]}]},
    {"id":"putPackages","clientName":"putPackages","method":"PUT","path":"/api/packages","parameters":[{"name":"job","in":"query","required":true,"style":"form","explode":true,"shape":"primitive"},{"name":"build","in":"query","required":true,"style":"form","explode":true,"shape":"primitive"}],"body":{"required":true,"media":["text/plain"]},"security":[{"team":[]}],"settings":{},"replies":[{"status":"204","media":[]},{"status":"default","media":["text/plain","application/json"]}]},
  ],
}
