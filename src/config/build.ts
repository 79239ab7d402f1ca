// The second door of this folder, for what reads files (cli, dev, testing, infra); it holds the YAML parser, so nothing that is bundled may import it.
export { compileConfig, loadConfig, type LoadedConfig, type LoadOptions } from './load.ts'
export { type RequiredSecret, requiredSecrets } from './required-secrets.ts'
export type { DeploymentConfig, FunctionSettings } from './keys.ts'
