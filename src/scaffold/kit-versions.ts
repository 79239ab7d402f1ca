// The versions that a new project begins with: those that the kit itself is tested with.
import { createRequire } from 'node:module'

/** Version ranges for the package.json of a project. */
export interface KitVersions {
  klue: string
  /** Range of Node. */
  node: string
  /** devDependencies. */
  tools: Record<string, string>
}

interface Manifest {
  version: string
  engines: { node: string }
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
}

const tools = ['@types/node', 'aws-cdk', 'aws-cdk-lib', 'constructs', 'tsx', 'typescript']

/** Reads the kit's own package.json, which is the same in a clone and in the package. */
export function kitVersions(): KitVersions {
  const { version, engines, dependencies, devDependencies } = createRequire(import.meta.url)('../../package.json') as Manifest
  return { klue: `^${version}`, node: engines.node, tools: Object.fromEntries(tools.map((name) => [name, devDependencies[name] ?? dependencies[name] ?? '*'])) }
}
