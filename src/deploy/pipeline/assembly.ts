// What `cdk synth` has made, as far as the pipeline reads it: the stacks, their templates, and how they are deployed.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { UsageError } from '../../errors/index.ts'
import { nestedTemplates, type Template } from '../template.ts'

/** How a stack is deployed: enough to deploy another template of it, on another machine and another day. */
export interface StackPlan {
  /** Name in CloudFormation. */
  name: string
  /** As in `aws://111111111111/eu-west-1`. */
  environment: string
  /** Properties of the stack in the manifest, without those that name the template. */
  properties: Readonly<Record<string, unknown>>
  /** Where templates are put for CloudFormation. */
  destination: Readonly<Record<string, unknown>> & { objectKey: string }
  /** Version of the format of the manifest. */
  format: string
}

/** A stack as it was synthesised. */
export interface SynthesisedStack {
  plan: StackPlan
  template: Template
  /** By logical id. */
  nested: ReadonlyMap<string, Template>
}

interface Manifest {
  version: string
  artifacts: Record<string, { type: string; environment?: string; properties?: Record<string, unknown> }>
}

interface AssetManifest {
  files: Record<string, { source: { path?: string }; destinations: Record<string, StackPlan['destination']> }>
}

/** Reads the stacks of an assembly. Throws a UsageError where there is none, or one that cannot be taken back. */
export function readAssembly(folder: string): SynthesisedStack[] {
  const { version, artifacts } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest
  const stacks = Object.entries(artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack')
  if (stacks.length === 0) throw new UsageError({ code: 'no-stack', file: 'cdk.json', message: 'the CDK app makes no stack', hint: 'see infra/app.ts in docs/guide/deploy.md' })
  return stacks.map(([id, { environment = 'aws://unknown-account/unknown-region', properties = {} }]) => {
    const { templateFile, stackTemplateAssetObjectUrl: _url, stackName, ...kept } = properties
    const file = join(folder, String(templateFile))
    const template = JSON.parse(readFileSync(file, 'utf8')) as Template
    const name = typeof stackName === 'string' ? stackName : id
    return { plan: { name, environment, properties: kept, destination: destinationOf(folder, { id, templateFile: String(templateFile) }), format: version }, template, nested: nestedTemplates(template, file) }
  })
}

function destinationOf(folder: string, { id, templateFile }: { id: string; templateFile: string }): StackPlan['destination'] {
  const file = join(folder, `${id}.assets.json`)
  const { files } = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as AssetManifest) : { files: {} }
  const asset = Object.values(files).find(({ source }) => source.path === templateFile)
  const destination = Object.values(asset?.destinations ?? {})[0]
  if (destination !== undefined) return destination
  throw new UsageError({ code: 'synthesizer-unknown', file: 'infra/app.ts', pointer: id, message: `the template of the stack ${id} is no asset, so that it could not be taken back`, hint: "keep the CDK's default synthesizer" })
}

/** The documents that an assembly deploys, by API. */
export function documentsIn(folder: string): Map<string, unknown> {
  const documents = new Map<string, unknown>()
  for (const asset of readdirSync(folder).filter((name) => name.startsWith('asset.'))) {
    const inner = join(folder, asset, 'documents')
    if (!existsSync(inner)) continue
    for (const name of readdirSync(inner)) {
      const api = /^(.+)\.json\.gz$/.exec(name)?.[1]
      if (api !== undefined) documents.set(api, JSON.parse(gunzipSync(readFileSync(join(inner, name))).toString('utf8')))
    }
  }
  return documents
}
