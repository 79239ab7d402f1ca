// What a stage asks of the account's concurrency, and whether the account has it to give.
import type { Fault } from '../errors/index.ts'
import { objectsIn, referenceIn, resourcesOf, type Template } from './template.ts'

/** What one function keeps for itself at most. */
export interface FunctionConcurrency {
  id: string
  /** Undefined: it shares the account's. */
  reserved: number | undefined
  /** The most that scaling or a schedule provisions; 0: nothing. */
  provisioned: number
}

export interface AccountConcurrency {
  /** Concurrent executions of the whole region. */
  limit: number
  /** Those that no function has reserved. */
  unreserved: number
}

/** The functions of a template that reserve or provision. */
export function wantedConcurrency(template: Template): FunctionConcurrency[] {
  const functions = resourcesOf(template, 'AWS::Lambda::Function')
  const ids = new Set(functions.map(({ id }) => id))
  const provisioned = new Map<string, number>()
  for (const { id, properties } of resourcesOf(template, 'AWS::Lambda::Alias', 'AWS::Lambda::Version')) {
    const owner = referenceIn(properties['FunctionName'], ids)
    if (owner !== undefined) provisioned.set(owner, (provisioned.get(owner) ?? 0) + Math.max(fixed(properties), scaled(template, id)))
  }
  return functions
    .map(({ id, properties }) => ({ id, reserved: numberOr(properties['ReservedConcurrentExecutions'], undefined), provisioned: provisioned.get(id) ?? 0 }))
    .filter((wanted) => wanted.reserved !== undefined || wanted.provisioned > 0)
}

// What AWS keeps for functions without a reservation.
const kept = 100

/**
 * A fault for each thing that does not fit.
 * @param reservedBefore what the stage's functions have reserved already
 */
export function concurrencyFaults(wanted: readonly FunctionConcurrency[], account: AccountConcurrency, reservedBefore: number): Fault[] {
  const faults = wanted.flatMap(({ id, reserved, provisioned }) => (reserved !== undefined && provisioned > reserved ? [overFault(id, reserved, provisioned)] : []))
  const needed = wanted.reduce((sum, { reserved, provisioned }) => sum + (reserved ?? provisioned), 0)
  const others = Math.max(0, account.limit - account.unreserved - reservedBefore)
  const available = Math.max(0, account.limit - kept - others)
  return needed > available ? [...faults, limitFault({ needed, available, others, limit: account.limit })] : faults
}

function fixed(properties: Readonly<Record<string, unknown>>): number {
  const configured = properties['ProvisionedConcurrencyConfig'] as { ProvisionedConcurrentExecutions?: unknown } | undefined
  return numberOr(configured?.ProvisionedConcurrentExecutions, 0)
}

function scaled(template: Template, alias: string): number {
  const targets = resourcesOf(template, 'AWS::ApplicationAutoScaling::ScalableTarget').filter(({ properties }) => properties['ScalableDimension'] === 'lambda:function:ProvisionedConcurrency' && referenceIn(properties['ResourceId'], new Set([alias])) !== undefined)
  return Math.max(0, ...targets.flatMap(({ properties }) => [properties['MaxCapacity'], ...objectsIn(properties['ScheduledActions']).map(({ ScalableTargetAction: action }) => (action as { MaxCapacity?: unknown } | undefined)?.MaxCapacity)]).map((most) => numberOr(most, 0)))
}

function numberOr<Default>(value: unknown, otherwise: Default): number | Default {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : otherwise
}

function overFault(id: string, reserved: number, provisioned: number): Fault {
  return { code: 'concurrency-reserved', file: 'klue-config.yaml', pointer: 'reserved_concurrency', message: `the function ${id} may provision ${provisioned} and reserves ${reserved}`, hint: 'raise reserved_concurrency, or lower aws_hosts_max' }
}

function limitFault({ needed, available, others, limit }: { needed: number; available: number; others: number; limit: number }): Fault {
  const more = 'ask for a higher limit (Service Quotas, AWS Lambda, "Concurrent executions")'
  return {
    code: 'concurrency-limit',
    file: 'klue-config.yaml',
    pointer: 'aws_hosts_max',
    message: `the stage reserves and provisions up to ${needed} concurrent executions, and the account has ${available} to give: its limit is ${limit}, other functions have reserved ${others}, and AWS keeps ${kept} for those without a reservation`,
    hint: limit <= kept ? `with a limit of ${limit}, as new accounts have it, nothing can be reserved or provisioned: set aws_hosts_min, aws_hosts_max and reserved_concurrency to 0, or ${more}` : `lower aws_hosts_max or reserved_concurrency, or ${more}`,
  }
}
