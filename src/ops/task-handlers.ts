// The handlers of `_tasks`: what runs, how it is cancelled, and what it did so far.
import type { Running } from '../control/index.ts'
import { type Asked, answerText, answerValue, changed, readWish, type TextReply } from './answers.ts'
import { findAll } from './find-routes.ts'
import { globTest } from './format/glob.ts'
import { stackText } from './format/print-stack.ts'
import { refusal } from './format/query-error.ts'
import { type Query, readFlags } from './format/read-query.ts'
import { timeText } from './format/units.ts'
import type { OpsPort } from './port.ts'

/** What runs, by instance unless the query says otherwise. */
export async function showTasks(port: OpsPort, asked: Asked): Promise<TextReply> {
  const common = readWish(asked)
  const shown = readShown(asked.query, common.isHuman)
  const { running, more } = await port.running()
  return answerValue({ ...grouped(running.filter(shown.fits), { shown, port }), ...(more === 0 ? {} : { not_shown: more }) }, common)
}

/** Cancels what `actions` and `nodes` name; answers what that is. */
export async function cancelMany(port: OpsPort, asked: Asked, who: string): Promise<TextReply> {
  const common = readWish(asked)
  const shown = readShown(asked.query, common.isHuman)
  const wanted = (await port.running()).running.filter(shown.fits)
  return answerValue(grouped(await cancel(port, wanted, who), { shown, port }), common)
}

/** One that runs; throws 404 where none does under that id. */
export async function showTask(port: OpsPort, asked: Asked, id: string): Promise<TextReply> {
  const common = readWish(asked)
  const shown = readShown(asked.query, common.isHuman)
  return answerValue({ completed: false, task: describe(await find(port, id), { shown, port }) }, common)
}

/** Cancels one; it stays listed until it has ended. */
export async function cancelOne(port: OpsPort, asked: Asked, { id, who }: { id: string; who: string }): Promise<TextReply> {
  const common = readWish(asked)
  const shown = readShown({}, common.isHuman)
  return answerValue(grouped(await cancel(port, [await find(port, id)], who), { shown, port }), common)
}

/** The breadcrumbs of one, and the frame that the thread is in where it is busy. */
export async function printStack(port: OpsPort, { query }: Asked, id: string): Promise<TextReply> {
  const limit = query['limit']
  if (limit !== undefined && !/^\d{1,6}$/.test(limit)) throw refusal([{ in: 'query', place: ['limit'], message: 'Not a valid integer.' }])
  const task = await find(port, id)
  const frames = task.type === 'request' ? await port.frames?.() : undefined
  return answerText(stackText({ id, action: task.operation, crumbs: task.crumbs, ...(frames === undefined ? {} : { frames }) }, limit === undefined ? undefined : Number(limit)))
}

/** Id of an operation by its name. */
export function routeIds(port: OpsPort): ReadonlyMap<string, string> {
  return new Map(port.operations().map(({ operation, id }) => [operation, id]))
}

interface Shown {
  fits(task: Running): boolean
  groupBy: 'nodes' | 'parents' | 'none'
  isDetailed: boolean
  isHuman: boolean
}

function readShown(query: Query, isHuman: boolean): Shown {
  const { group_by: groupBy = 'nodes', actions, nodes } = query
  if (groupBy !== 'nodes' && groupBy !== 'parents' && groupBy !== 'none') throw refusal([{ in: 'query', place: ['group_by'], message: 'Must be one of: nodes, parents, none.' }])
  const [tests, wanted] = [testsOf(actions, 'actions'), testsOf(nodes, 'nodes')]
  const fits = (task: Running): boolean => (tests === undefined || namesOf(task).some((name) => tests.some((test) => test(name)))) && (wanted === undefined || wanted.some((test) => test(nodeOf(task))))
  return { fits, groupBy, isDetailed: readFlags(query, ['detailed']).detailed, isHuman }
}

function testsOf(text: string | undefined, name: string): ReturnType<typeof globTest>[] | undefined {
  if (text === undefined || text === '') return undefined
  const globs = text.split(',')
  if (globs.length > 100) throw refusal([{ in: 'query', place: [name], message: 'Longer than maximum length 100.' }])
  return globs.map(globTest)
}

function namesOf({ operation, method, path }: Running): string[] {
  return method === undefined || path === undefined ? [operation] : [operation, `${method} ${path}`]
}

function nodeOf({ instance, function: name }: Running): string {
  return instance ?? name ?? 'worker'
}

async function find(port: OpsPort, id: string): Promise<Running> {
  const { running } = await port.running()
  return findAll(id, new Map(running.map((task) => [task.id, task])))[0]!
}

async function cancel(port: OpsPort, tasks: readonly Running[], who: string): Promise<Running[]> {
  await changed(port.cancel({ running: tasks, who }))
  return tasks.map((task) => ({ ...task, isCancelled: true }))
}

function grouped(tasks: readonly Running[], { shown, port }: { shown: Shown; port: OpsPort }): object {
  const described = tasks.map((task) => ({ task, value: describe(task, { shown, port }) }))
  if (shown.groupBy === 'none') return { tasks: described.map(({ value }) => value) }
  const entries = (of: typeof described): Record<string, object> => Object.fromEntries(of.map(({ task, value }) => [task.id, value]))
  // Nothing here has a parent.
  if (shown.groupBy === 'parents') return { tasks: entries(described) }
  const nodes = new Set(tasks.map(nodeOf))
  return { nodes: Object.fromEntries([...nodes].map((node) => [node, { name: node, tasks: entries(described.filter(({ task }) => nodeOf(task) === node)) }])) }
}

function describe(task: Running, { shown: { isDetailed, isHuman }, port }: { shown: Shown; port: OpsPort }): object {
  const seconds = Math.max(0, port.now() - task.started) / 1000
  const routeId = routeIds(port).get(task.operation)
  return {
    node: nodeOf(task),
    id: task.id,
    type: task.type,
    action: task.operation,
    ...(isDetailed ? { description: namesOf(task).at(-1), user: task.user ?? null, version: task.version ?? null, request_id: task.requestId ?? null } : {}),
    start_time_in_millis: task.started,
    running_time_in_nanos: Math.round(seconds * 1e9),
    ...(isHuman ? { start_time: new Date(task.started).toISOString(), running_time: timeText(seconds) } : {}),
    cancellable: true,
    cancelled: task.isCancelled,
    headers: { 'x-klue-call-id': task.callId },
    route_id: routeId === undefined ? -1 : Number(routeId),
  }
}
