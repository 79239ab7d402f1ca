// The handlers of `_routes`: what operations there are, their settings, how busy they are, and interrupts.
import { type ControlView, nothingSet, type OperationStats, settingNames, wholeStage } from '../control/index.ts'
import { reply, type Reply } from '../runtime/index.ts'
import { type Asked, answerValue, changed, readWish, type TextReply } from './answers.ts'
import { findRoutes } from './find-routes.ts'
import { flatten, type JsonTree } from './format/flat-settings.ts'
import { type Common, readFlags } from './format/read-query.ts'
import { timeText } from './format/units.ts'
import type { OpsOperation, OpsPort } from './port.ts'
import { readChange } from './read-change.ts'

/** Operations by their ids; without `ids` all. */
export function showRoutes(port: OpsPort, asked: Asked, ids?: string): TextReply {
  const common = readWish(asked)
  return answerValue(byId(findRoutes(port.operations(), ids), ({ api, service, handler, operation, method, path }) => ({ handler, name: api === undefined ? null : operation, method, path, api: api ?? null, service })), common)
}

interface SettingsWish {
  common: Common
  flags: Record<'flat_settings' | 'include_defaults', boolean>
}

/** Settings by id; without `ids` all, and those of the stage where there are some. */
export async function showSettings(port: OpsPort, asked: Asked, ids?: string): Promise<TextReply> {
  const wish = readSettingsWish(asked)
  const keyed = keysOf(port, ids)
  const view = await port.control()
  return settingsAnswer(ids === undefined && view.operations.has(wholeStage) ? [...keyed, [wholeStage, wholeStage]] : keyed, { view, wish })
}

/** Changes settings of all that is named or of none; answers what is set then. */
export async function changeSettings(port: OpsPort, asked: Asked, { ids, body, who }: { ids: string; body: Uint8Array; who: string }): Promise<TextReply> {
  const wish = readSettingsWish(asked)
  const keyed = keysOf(port, ids)
  const change = readChange(body)
  const view = await changed(port.change({ ...change, operations: [...new Set(keyed.map(([, operation]) => operation))], who }))
  return settingsAnswer(keyed, { view, wish })
}

/** How busy operations are. */
export async function showStats(port: OpsPort, asked: Asked, ids?: string): Promise<TextReply> {
  const common = readWish(asked)
  const routes = findRoutes(port.operations(), ids)
  const { operations, asOf } = await port.stats()
  return answerValue(byId(routes, ({ operation }) => statsOf(operations.get(operation), { asOf, isHuman: common.isHuman })), common)
}

/** Ends the requests of operations that run now; answered before they have unwound. */
export async function interrupt(port: OpsPort, { ids, who }: { ids: string; who: string }): Promise<Reply<204, undefined>> {
  const operations = [...new Set(findRoutes(port.operations(), ids).map(({ operation }) => operation))]
  await changed(port.interrupt({ operations, who }))
  return reply(204, undefined)
}

// Ids with the names that settings are kept by; an asterisk is the stage.
function keysOf(port: OpsPort, ids: string | undefined): [id: string, operation: string][] {
  if (ids === wholeStage) return [[wholeStage, wholeStage]]
  return findRoutes(port.operations(), ids).map(({ id, operation }) => [id, operation])
}

function readSettingsWish(asked: Asked): SettingsWish {
  return { common: readWish(asked), flags: readFlags(asked.query, ['flat_settings', 'include_defaults']) }
}

function settingsAnswer(keyed: readonly (readonly [string, string])[], { view, wish: { common, flags } }: { view: ControlView; wish: SettingsWish }): TextReply {
  const shape = (tree: object): JsonTree => (flags.flat_settings ? flatten(tree as JsonTree) : (tree as JsonTree))
  const defaults = flags.include_defaults ? { defaults: shape(noSettings()) } : {}
  return answerValue(Object.fromEntries(keyed.map(([id, operation]) => {
    const { persistent, transient } = view.operations.get(operation) ?? nothingSet
    return [id, { persistent: shape(persistent), transient: shape(transient), ...defaults }]
  })), common)
}

// Nothing is set unless somebody sets it.
function noSettings(): Record<string, unknown> {
  const tree: Record<string, unknown> = {}
  for (const name of settingNames()) {
    const [key, property] = name.split('.') as [string, string | undefined]
    if (property === undefined) tree[key] = null
    else tree[key] = { ...(tree[key] as object | undefined), [property]: null }
  }
  return tree
}

function statsOf(stats: OperationStats | undefined, { asOf, isHuman }: { asOf: number; isHuman: boolean }): object {
  const { req, resp } = stats ?? { req: { active: 0, total: 0 }, resp: {} as Partial<OperationStats['resp']> }
  const averages = (['time_avg_1m', 'time_avg_5m', 'time_avg_15m'] as const).flatMap((name) => {
    const seconds = resp[name]
    return [[name, seconds ?? null] as const, ...(isHuman && seconds !== undefined ? [[`${name}_human`, timeText(seconds)] as const] : [])]
  })
  return { req, resp: Object.fromEntries(averages), as_of: new Date(asOf).toISOString() }
}

function byId(routes: readonly OpsOperation[], shown: (route: OpsOperation) => object): Record<string, object> {
  return Object.fromEntries(routes.map((route) => [route.id, shown(route)]))
}
