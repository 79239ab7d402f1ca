// Takes the candidate out of what is deployed: what a synthesis with it has made and one without it has not.
import { referenceIn, type Template, type TemplateResource } from '../template.ts'
import type { SynthesisedStack } from './assembly.ts'
import type { StackTemplates } from './go-back.ts'

/** The same commit, synthesised with a candidate and without one. */
export interface CandidatePair {
  candidate: Pick<SynthesisedStack, 'template' | 'nested'>
  next: Pick<SynthesisedStack, 'template' | 'nested'>
}

/** The deployed templates without the candidate; what it has nothing to do with stays as it is deployed. */
export function withoutCandidate(deployed: StackTemplates, { candidate, next }: CandidatePair): StackTemplates {
  const nested = [...deployed.nested].map(([id, inner]) => {
    const [made, other] = [candidate.nested.get(id), next.nested.get(id)]
    return [id, made === undefined || other === undefined ? inner : { ...inner, template: strip(inner.template, made, other) }] as const
  })
  return { template: strip(deployed.template, candidate.template, next.template), nested: new Map(nested) }
}

type Sections = Pick<Template, 'Parameters'> & { Outputs?: Readonly<Record<string, unknown>> }

function strip(deployed: Template, candidate: Template, next: Template): Template {
  const parts = missing(candidate.Resources, next.Resources)
  if (parts.size === 0) return deployed
  const resources: Record<string, TemplateResource> = {}
  for (const [id, resource] of Object.entries(deployed.Resources ?? {})) {
    if (parts.has(id)) continue
    // What names a part of the candidate, such as the parameters of a nested stack, is taken as it is without one.
    resources[id] = referenceIn(resource, parts) === undefined ? resource : (next.Resources?.[id] ?? resource)
  }
  const [before, made, wanted] = [deployed as Sections, candidate as Sections, next as Sections]
  return {
    ...deployed,
    Resources: resources,
    ...(before.Outputs === undefined ? {} : { Outputs: without(before.Outputs, missing(made.Outputs, wanted.Outputs)) }),
    ...(before.Parameters === undefined ? {} : { Parameters: without(before.Parameters, missing(made.Parameters, wanted.Parameters)) }),
  }
}

// Names of one record that the other one does not have.
function missing(record: Readonly<Record<string, unknown>> = {}, other: Readonly<Record<string, unknown>> = {}): Set<string> {
  return new Set(Object.keys(record).filter((name) => !Object.hasOwn(other, name)))
}

function without<Value>(record: Readonly<Record<string, Value>>, names: ReadonlySet<string>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.has(name)))
}
