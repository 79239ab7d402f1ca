// What a running service needs of its configuration; reading files is behind build.ts, so that no bundle holds a YAML parser.
export { type CompiledConfig, fromCompiledConfig, type SecretSources } from './compiled.ts'
export { getConfig, setConfig } from './current.ts'
export { env, environment, type EnvironmentName, environmentVariables, quietAwsSdk, setEnvironment, stageName } from './environment.ts'
export { keySpec, keyTable, knownKeyNames } from './key-table.ts'
export type { ApiSettings, Config, KeyGroup, KeySpec, KnownConfig } from './keys.ts'
export { liveUrl } from './live-url.ts'
export { replacedKeys, synonyms, variableKeys } from './replaced-keys.ts'
export { configValue, showConfig, type ShowOptions } from './show.ts'
