// Which version the alias `live` of each function has: the new one, but where a deployment says which one it keeps.
import type { CfnAlias } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import { type Fault, nearest, UsageError } from '../errors/index.ts'
import type { KlueFunction } from './klue-function.ts'
import type { PlannedRoute } from './plan-routes.ts'
import type { PreparedFunction } from './project.ts'

/** The functions of the kit itself, where a service has them. */
export interface KitFunctions {
  documents: KlueFunction | undefined
  ingest: KlueFunction | undefined
  reporter: KlueFunction | undefined
  'klue-worker': KlueFunction | undefined
}

/**
 * The functions of a service and of the kit by the names that pins and the pipeline know them by.
 * @throws UsageError where a function of the service is called like one of the kit
 */
export function functionsByName(functions: ReadonlyMap<string, KlueFunction>, kit: KitFunctions, prepared: readonly PreparedFunction[]): Map<string, KlueFunction> {
  const taken = Object.keys(kit).filter((name) => functions.has(name))
  if (taken.length > 0) throw new UsageError(taken.map((name) => nameFault(name, prepared)))
  return new Map([...functions, ...Object.entries(kit).flatMap(([name, target]: [string, KlueFunction | undefined]) => (target === undefined ? [] : [[name, target] as const]))])
}

function nameFault(name: string, prepared: readonly PreparedFunction[]): Fault {
  const fault = { code: 'function-name-taken', message: `${name} is the name of a function of the kit`, hint: 'choose another name' }
  for (const { document, operations } of prepared.flatMap(({ apis }) => apis)) {
    const operation = operations.find(({ settings }) => settings.function === name)
    if (operation !== undefined) return { ...fault, file: document, pointer: `/paths/${operation.path.replaceAll('~', '~0').replaceAll('/', '~1')}/${operation.method.toLowerCase()}/x-klue-function` }
  }
  return { ...fault, file: `functions/${name}.ts` }
}

/** What `-c klue:pin=builds=3,documents=2` says, as it stands there; undefined without it. */
export function pinsOf(scope: Construct): readonly (readonly [name: string, version: string])[] | undefined {
  const context: unknown = scope.node.tryGetContext('klue:pin')
  if (context === undefined) return undefined
  return String(context).split(',').map((entry) => {
    const [, name, version] = /^(.*?)=(.*)$/s.exec(entry) ?? [entry, entry, '']
    return [name!, version!] as const
  })
}

/**
 * Writes its name at each alias `live` (metadata `klue:function`), and gives it the version that a pin names.
 * @throws UsageError with every pin that names no function or no version
 */
export function setLiveVersions(scope: Construct, functions: ReadonlyMap<string, KlueFunction>): void {
  const pins = checkPins(pinsOf(scope) ?? [], functions)
  for (const [name, target] of functions) {
    const alias = target.alias.node.defaultChild as CfnAlias
    alias.addMetadata('klue:function', name)
    const version = pins.get(name)
    if (version !== undefined) alias.functionVersion = version
  }
}

/** What of an API's gateway leads to functions of their own. */
export interface OwnRoutes {
  readonly routes: readonly PlannedRoute[]
  readonly documents: KlueFunction | undefined
}

/**
 * The routes of the live API while a candidate is tried: a function that has no version to keep is new, and takes no requests before its tests.
 * Its operations stay with the function of the API, every version of which answers all of them.
 */
export function routesBesideCandidate({ routes, documents }: OwnRoutes, main: string, scope: Construct): OwnRoutes {
  const pinned = new Set((pinsOf(scope) ?? []).map(([name]) => name))
  if (!pinned.has(main)) return { routes, documents }
  const kept = routes.map((route) => (route.function === undefined || pinned.has(route.function) ? route : { ...route, function: undefined }))
  return { routes: kept.filter((route) => route.function !== undefined || route.throttle !== undefined), documents: pinned.has('documents') ? documents : undefined }
}

function checkPins(given: readonly (readonly [string, string])[], functions: ReadonlyMap<string, unknown>): Map<string, string> {
  const pins = new Map<string, string>()
  const faults: Fault[] = []
  for (const [name, version] of given) {
    const fault = pinFault(name, version, { functions, pins })
    if (fault === undefined) pins.set(name, version)
    else faults.push({ file: '', pointer: '-c klue:pin', ...fault })
  }
  if (faults.length > 0) throw new UsageError(faults)
  return pins
}

function pinFault(name: string, version: string, { functions, pins }: { functions: ReadonlyMap<string, unknown>; pins: ReadonlyMap<string, string> }): Pick<Fault, 'code' | 'message' | 'hint'> | undefined {
  if (!functions.has(name)) {
    const suggestion = nearest(name, functions.keys())
    return { code: 'pin-function', message: `there is no function ${JSON.stringify(name)} whose version could be kept`, hint: suggestion === undefined ? `there are ${[...functions.keys()].join(', ')}` : `did you mean ${suggestion}?` }
  }
  if (!/^[1-9]\d{0,9}$/.test(version)) return { code: 'pin-version', message: `${name} must keep a version, which is a number such as ${name}=3, not ${JSON.stringify(version)}`, hint: 'klue versions lists those that there are' }
  return pins.has(name) ? { code: 'pin-version', message: `${name} is named twice`, hint: 'keep one of its versions' } : undefined
}
