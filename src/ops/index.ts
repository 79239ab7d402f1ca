// The ops API: a service of the kit over what control/ keeps.
export { compileOps } from './compile-ops.ts'
export { opsService } from './ops-service.ts'
export type { OpsOperation, OpsPort, Transport } from './port.ts'
export { stagePort, type StagePortOptions } from './stage-port.ts'
