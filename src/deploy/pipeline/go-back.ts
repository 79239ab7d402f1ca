// A cloud assembly that moves `live` back: the templates that are deployed, with nothing changed but the versions that the aliases name.
import { createHash } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../../errors/index.ts'
import { makePrivateFolder, privateFile } from '../../workfolder/index.ts'
import type { Template, TemplateResource } from '../template.ts'
import type { StackPlan } from './assembly.ts'
import { pinned } from './live-aliases.ts'

/** The templates of a stack and of those nested in it, as they are deployed. */
export interface StackTemplates {
  template: Template
  /** By logical id. */
  nested: ReadonlyMap<string, StackTemplates>
}

export interface GoBackOptions {
  /** Folder of the assembly; made anew. */
  folder: string
  stacks: readonly { plan: StackPlan; deployed: StackTemplates }[]
  /** Function → number of the version that `live` gets. */
  numbers: Readonly<Record<string, number>>
}

interface Asset {
  displayName: string
  source: { path: string; packaging: 'file' }
  destinations: Record<string, StackPlan['destination']>
}

/** Writes the assembly: `cdk deploy --app <folder>` deploys it. */
export function writeGoBack({ folder, stacks, numbers }: GoBackOptions): void {
  rmSync(folder, { recursive: true, force: true })
  makePrivateFolder(folder)
  const artifacts: Record<string, unknown> = {}
  for (const { plan, deployed } of stacks) {
    const files: Record<string, Asset> = {}
    const hash = addTemplate({ folder, plan, numbers, files }, deployed, plan.name)
    const assets = `${plan.name}.assets.json`
    writeFileSync(join(folder, assets), JSON.stringify({ version: plan.format, files, dockerImages: {} }), { mode: privateFile })
    const { requiresBootstrapStackVersion, bootstrapStackVersionSsmParameter } = plan.properties
    artifacts[`${plan.name}.assets`] = { type: 'cdk:asset-manifest', properties: { file: assets, requiresBootstrapStackVersion, bootstrapStackVersionSsmParameter } }
    const url = `s3://${String(plan.destination['bucketName'])}/${keyOf(plan, hash)}`
    artifacts[plan.name] = { type: 'aws:cloudformation:stack', environment: plan.environment, properties: { ...plan.properties, stackName: plan.name, templateFile: `${hash}.json`, stackTemplateAssetObjectUrl: url, additionalDependencies: [`${plan.name}.assets`] }, dependencies: [`${plan.name}.assets`], displayName: plan.name }
  }
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ version: stacks[0]?.plan.format, artifacts }), { mode: privateFile })
}

interface Target extends Pick<GoBackOptions, 'folder' | 'numbers'> {
  plan: StackPlan
  files: Record<string, Asset>
}

// Gives the hash under which the template lies. Nested ones come first: their new addresses stand in the one around them.
function addTemplate(target: Target, { template, nested }: StackTemplates, name: string): string {
  const { folder, files, plan, numbers } = target
  const flat = pinned(template, numbers)
  const resources: Record<string, TemplateResource> = { ...flat.Resources }
  for (const [id, inner] of nested) {
    const resource = resources[id]
    if (resource !== undefined) resources[id] = { ...resource, Properties: { ...resource.Properties, TemplateURL: withHash(resource.Properties?.['TemplateURL'], addTemplate(target, inner, `${name}.${id}`), id) } }
  }
  const text = JSON.stringify({ ...flat, Resources: resources })
  const hash = createHash('sha256').update(text).digest('hex')
  writeFileSync(join(folder, `${hash}.json`), text, { mode: privateFile })
  files[hash] = { displayName: `${name} Template`, source: { path: `${hash}.json`, packaging: 'file' }, destinations: { 'go-back': { ...plan.destination, objectKey: keyOf(plan, hash) } } }
  return hash
}

const hashOfTemplate = /[0-9a-f]{64}(?=\.(?:json|nested\.template\.json)\b)/

function keyOf({ destination: { objectKey } }: StackPlan, hash: string): string {
  return objectKey.replace(hashOfTemplate, hash)
}

function withHash(url: unknown, hash: string, id: string): unknown {
  const text = JSON.stringify(url)
  if (text !== undefined && hashOfTemplate.test(text)) return JSON.parse(text.replace(hashOfTemplate, hash)) as unknown
  throw new UsageError({ code: 'nested-template', file: '', pointer: id, message: `the address of the nested stack ${id} is none of the CDK's, so that it cannot be taken back`, hint: 'go back by deploying the earlier commit' })
}
