// The command line of the CDK that the project has installed, as a child process.
import { rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Config, environment } from '../../config/index.ts'
import { UsageError } from '../../errors/index.ts'
import { awsAccess } from '../aws-access.ts'
import { type ChildResult, runNode, usefulLines } from './child.ts'
import { Stop } from './outcome.ts'

export interface CdkOptions {
  root: string
  config: Config
  /** Folder of what is synthesised, and of the logs. */
  folder: string
  /** Told each line of its output. */
  onLine?: ((line: string) => void) | undefined
}

export interface Cdk {
  /** Synthesises the app anew and gives the folder of the assembly; `preflight: 'off'` leaves the account alone. */
  synth(name: string, context: Readonly<Record<string, string>>): Promise<string>
  /** The differences between an assembly and what is deployed, as text. */
  diff(assembly: string): Promise<string>
  /** Deploys every stack of an assembly. */
  deploy(assembly: string, log: string): Promise<void>
  /** Deletes every stack of an assembly. */
  destroy(assembly: string): Promise<void>
}

/** Finds the CDK of a project. Throws a UsageError where it is not installed. */
export function openCdk({ root, config, folder, onLine }: CdkOptions): Cdk {
  const program = findCdk(root)
  const { profile, region } = awsAccess(config)
  const env = { ...environment(), ...(profile === undefined ? {} : { AWS_PROFILE: profile }), ...(region === undefined ? {} : { AWS_REGION: region, AWS_DEFAULT_REGION: region }) }
  const cdk = (words: readonly string[], log: string): Promise<ChildResult> => runNode([program, ...words, '--no-notices', '--no-color'], { cwd: root, env, log: join(folder, `${log}.log`), onLine })
  const checked = async (words: readonly string[], log: string): Promise<string> => {
    const { code, printed } = await cdk(words, log)
    if (code === 0) return printed
    throw new Stop('failed', `cdk ${words[0]} ended with ${code}; its whole output is in ${join('.klue', 'deploy', config.stage, `${log}.log`)}`, usefulLines(printed))
  }
  return {
    async synth(name, context) {
      const output = join(folder, name)
      rmSync(output, { recursive: true, force: true })
      const contexts = Object.entries({ stage: config.stage, ...context }).flatMap(([key, value]) => ['-c', `${key}=${value}`])
      await checked(['synth', '--quiet', '--output', output, ...contexts], `synth-${name}`)
      return output
    },
    diff: (assembly) => checked(['diff', '--app', assembly, '--method', 'template'], 'diff'),
    deploy: async (assembly, log) => void (await checked(['deploy', '--all', '--app', assembly, '--require-approval', 'never', '--progress', 'events'], log)),
    destroy: async (assembly) => void (await checked(['destroy', '--all', '--force', '--app', assembly], 'destroy')),
  }
}

function findCdk(root: string): string {
  try {
    return createRequire(join(root, 'package.json')).resolve('aws-cdk/bin/cdk')
  } catch {
    throw new UsageError({ code: 'cdk-missing', file: 'package.json', message: 'the command line of the CDK is not installed in this project', hint: 'npm install --save-dev aws-cdk@2' })
  }
}
