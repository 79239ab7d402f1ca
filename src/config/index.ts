// What a running service needs of its configuration; what reads, merges and checks files is behind build.ts, so that no bundle holds it.
export { getConfig, setConfig } from './current.ts'
export { env, environment, envList, type EnvironmentName, environmentVariables, quietAwsSdk, setEnvironment, stageName } from './environment.ts'
export type { ApiSettings, Config, KeyGroup, KeySpec, KnownConfig, LogThreshold } from './keys.ts'
export type { AlertSettings } from './alert-settings.ts'
export { liveUrl } from './live-url.ts'
export { type CompiledConfig, fromCompiledConfig, plainConfig, type SecretSources } from './open-compiled.ts'
export { secretPrefix } from './secret-prefix.ts'
export type { ReportChannelSettings } from './report-channel.ts'
