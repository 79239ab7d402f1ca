// CloudFormation templates, as far as the checks before a deployment read them.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export interface TemplateResource {
  Type: string
  Properties?: Readonly<Record<string, unknown>>
  Metadata?: Readonly<Record<string, unknown>>
}

export interface Template {
  Parameters?: Readonly<Record<string, { Default?: unknown }>>
  Resources?: Readonly<Record<string, TemplateResource>>
}

/** A resource with its logical id. */
export interface FoundResource {
  id: string
  properties: Readonly<Record<string, unknown>>
}

/** The resources of some types. */
export function resourcesOf({ Resources: resources = {} }: Template, ...types: string[]): FoundResource[] {
  return Object.entries(resources).flatMap(([id, { Type: type, Properties: properties = {} }]) => (types.includes(type) ? [{ id, properties }] : []))
}

/** The entries of a list in a template that are objects; none where it is something else. */
export function objectsIn(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'object' && entry !== null) : []
}

/** Whether a value of a template, however deep, names one of the logical ids; gives the first. */
export function referenceIn(value: unknown, ids: ReadonlySet<string>): string | undefined {
  if (typeof value === 'string') return ids.has(value) ? value : undefined
  if (typeof value !== 'object' || value === null) return undefined
  for (const inner of Object.values(value)) {
    const found = referenceIn(inner, ids)
    if (found !== undefined) return found
  }
  return undefined
}

/** The templates of nested stacks, by logical id, read beside the file of the template that nests them. */
export function nestedTemplates(template: Template, file: string | undefined): Map<string, Template> {
  const nested = new Map<string, Template>()
  for (const [id, { Type: type, Metadata: metadata }] of Object.entries(template.Resources ?? {})) {
    const path = metadata?.['aws:asset:path']
    if (type === 'AWS::CloudFormation::Stack' && file !== undefined && typeof path === 'string') nested.set(id, JSON.parse(readFileSync(join(dirname(file), path), 'utf8')) as Template)
  }
  return nested
}
