// The aliases `live` of a template: which function each belongs to, and which version it names.
import type { Template, TemplateResource } from '../template.ts'

/** An alias `live` of a function that the pipeline knows by name. */
export interface LiveAlias {
  /** As in `klue:pin`. */
  function: string
  /** Logical id. */
  id: string
}

/** The aliases `live` of a template, without those of nested stacks. */
export function liveAliases({ Resources: resources = {} }: Template): LiveAlias[] {
  return Object.entries(resources).flatMap(([id, { Type: type, Properties: properties, Metadata: metadata }]) => {
    const name = metadata?.['klue:function']
    return type === 'AWS::Lambda::Alias' && properties?.['Name'] === 'live' && typeof name === 'string' ? [{ function: name, id }] : []
  })
}

/**
 * The same template with each `live` at the version that is named for it, moved at once.
 * Functions without a number keep what the template says.
 */
export function pinned(template: Template, numbers: Readonly<Record<string, number>>): Template {
  const aliases = new Map(liveAliases(template).map((alias) => [alias.id, alias.function]))
  const resources: Record<string, TemplateResource> = {}
  for (const [id, resource] of Object.entries(template.Resources ?? {})) {
    const name = aliases.get(id)
    const number = name === undefined ? undefined : numbers[name]
    resources[id] = number === undefined ? resource : withVersion(resource, number)
  }
  return { ...template, Resources: resources }
}

function withVersion(resource: TemplateResource, number: number): TemplateResource {
  // A policy of CodeDeploy would move traffic back as slowly as it came.
  const { UpdatePolicy: _policy, ...kept } = resource as TemplateResource & { UpdatePolicy?: unknown }
  return { ...kept, Properties: { ...kept.Properties, FunctionVersion: String(number) } }
}
