// Where requests go and come from: a path below its base address, whole origins, the hosts of this machine.
export { isLocalHost } from './local-host.ts'
export { addressBelow, isPathOfOrigin } from './below.ts'
export { isSameOrigin, originOf, originOfHost } from './origin.ts'
