// The door `klue/infra`: what a service's CDK app is built from.
export { bundleService } from './bundle-service.ts'
export type { BundleServiceOptions, ServiceBundle } from './bundle-service.ts'
export { KlueService } from './klue-service.ts'
export type { KlueServiceProps } from './klue-service.ts'
