// Generates a project as its configuration says.
import { loadConfig } from '../config/build.ts'
import { generate, type GenerateResult } from '../openapi/index.ts'

/** Brings what is generated up to date. Secrets are not needed for it. Throws a UsageError with every fault. */
export function generateProject(root: string, options: { stage?: string; check?: boolean } = {}): Promise<GenerateResult> {
  const { config } = loadConfig({ root, unset: 'leave out', ...(options.stage === undefined ? {} : { stage: options.stage }) })
  return generate(root, { check: options.check === true, basePath: config.basePath })
}
