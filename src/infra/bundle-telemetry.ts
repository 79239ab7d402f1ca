// The functions that take lines in and tell people.
import { writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleFunction, findReporter } from '../bundle/index.ts'
import { compileConfig, type LoadedConfig, type MergedConfig, requiredSecrets } from '../config/build.ts'

export interface TelemetryOptions {
  root: string
  /** Where a folder for each function is made. */
  folder: string
  loaded: LoadedConfig
}

/** Ingest and reporter as their functions will hold them. */
export interface PreparedTelemetry {
  /** Folder of the function that takes lines in. */
  ingest: string
  /** Folder of the function that tells people. */
  reporter: string
  /** Names of the secrets that the reporter reads. */
  reporterSecrets: readonly string[]
  /** Whether a channel sends mail through SES. */
  usesSes: boolean
  /** ARNs of topics that channels publish to. */
  topics: readonly string[]
}

/** Fills the folders of both functions. */
export async function bundleTelemetry({ root, folder, loaded }: TelemetryOptions): Promise<PreparedTelemetry> {
  const [ingest, reporter] = [join(folder, 'ingest'), join(folder, 'reporter')]
  const kit = (name: string): string => fileURLToPath(new URL(`../lambda/${name}${extname(fileURLToPath(import.meta.url))}`, import.meta.url))
  await Promise.all([
    bundleFunction({ root, entry: kit('ingest'), folder: ingest }),
    bundleFunction({ root, entry: findReporter(root) ?? kit('default-reporter'), folder: reporter }),
  ])
  const { merged } = loaded
  writeFileSync(join(ingest, 'klue-config.json'), JSON.stringify(compileConfig(withoutSecrets(merged))))
  writeFileSync(join(reporter, 'klue-config.json'), JSON.stringify(compileConfig(withoutApis(merged))))
  const channels = Object.values((merged.values['reports'] ?? {}) as Record<string, { type?: string; topic_arn?: string; smtp_url?: string } | null>).filter((channel) => channel !== null)
  return {
    ingest,
    reporter,
    reporterSecrets: [...new Set(requiredSecrets(loaded).filter(({ key, generated }) => !generated && !key.startsWith('apis.')).map(({ name }) => name))].sort(),
    usesSes: channels.some(({ type, smtp_url: smtp }) => type === 'email' && smtp === undefined),
    topics: channels.flatMap(({ topic_arn: topic }) => topic ?? []),
  }
}

/** A configuration for a function that reads no secret, and so must not ask for any. */
export function withoutSecrets(merged: MergedConfig): MergedConfig {
  const listed = new Set<unknown>(Array.isArray(merged.values['env_secrets']) ? merged.values['env_secrets'] : [])
  const left = Object.entries(merged.values).filter(([key, value]) => !['env_secrets', 'apis', 'reports'].includes(key) && !listed.has(value))
  return { ...merged, values: Object.fromEntries(left) }
}

// Who tells people calls no API of the service.
function withoutApis(merged: MergedConfig): MergedConfig {
  return { ...merged, values: Object.fromEntries(Object.entries(merged.values).filter(([key]) => key !== 'apis')) }
}
