// The columns of the tables of `_cat`; docs/reference/ops-api.md holds the same.
import type { OperationStats, Running } from '../control/index.ts'
import type { Column } from './format/cat-columns.ts'
import type { OpsOperation, Transport } from './port.ts'

export interface RouteRow {
  route: OpsOperation
  stats: OperationStats | undefined
}

export const routeColumns: readonly Column<RouteRow>[] = [
  { name: 'id', description: 'Internal identifier', kind: 'integer', isDefault: true, value: ({ route }) => Number(route.id) },
  { name: 'handler', description: 'Route handler', kind: 'text', isDefault: false, value: ({ route }) => route.handler },
  { name: 'name', aliases: ['operation'], description: 'Route name: its operationId', kind: 'text', isDefault: false, value: ({ route }) => (route.api === undefined ? null : route.operation) },
  { name: 'method', aliases: ['m'], description: 'Route HTTP method', kind: 'text', isDefault: true, value: ({ route }) => route.method },
  { name: 'path', aliases: ['p'], description: 'Route path', kind: 'text', isDefault: true, value: ({ route }) => route.path },
  { name: 'api', description: 'API, by the name of its document', kind: 'text', isDefault: false, value: ({ route }) => route.api ?? null },
  { name: 'service', description: 'Service', kind: 'text', isDefault: false, value: ({ route }) => route.service },
  { name: 'stats.req.active', aliases: ['active', 'sra'], description: 'Number of active requests', kind: 'integer', isDefault: true, value: ({ stats }) => stats?.req.active ?? 0 },
  { name: 'stats.req.total', aliases: ['total', 'srt'], description: 'Total number of requests', kind: 'integer', isDefault: true, value: ({ stats }) => stats?.req.total ?? 0 },
  ...([1, 5, 15] as const).map((minutes): Column<RouteRow> => ({ name: `stats.resp.time_avg_${minutes}m`, aliases: [`avg${minutes}`], description: `Average response time over last ${minutes} min`, kind: 'average', isDefault: false, value: ({ stats }) => stats?.resp[`time_avg_${minutes}m`] ?? null })),
]

export interface TaskRow {
  task: Running
  /** Of the operation that runs; absent for tasks. */
  routeId?: string | undefined
  now: number
}

export const taskColumns: readonly Column<TaskRow>[] = [
  { name: 'id', aliases: ['task_id'], description: 'Identifier of the request or task', kind: 'text', isDefault: true, value: ({ task }) => task.id },
  { name: 'name', aliases: ['action'], description: 'operationId, or task: and the name of the task', kind: 'text', isDefault: true, value: ({ task }) => task.operation },
  { name: 'type', description: 'request or task', kind: 'text', isDefault: true, value: ({ task }) => task.type },
  { name: 'coro', description: 'Method and path of the request', kind: 'text', isDefault: false, value: ({ task: { method, path } }) => (method === undefined || path === undefined ? null : `${method}:${path}`) },
  { name: 'done', description: 'Whether it has ended; what has ended is not listed', kind: 'boolean', isDefault: true, value: () => false },
  { name: 'cancelled', description: 'Whether it was cancelled and has not ended', kind: 'boolean', isDefault: true, value: ({ task }) => task.isCancelled },
  { name: 'cancelling', description: 'Number of orders to cancel it that it has not followed', kind: 'integer', isDefault: true, value: ({ task }) => (task.isCancelled ? 1 : 0) },
  { name: 'route_id', description: 'Identifier of its route, or -1', kind: 'integer', isDefault: true, value: ({ routeId }) => Number(routeId ?? -1) },
  { name: 'running_time', aliases: ['time'], description: 'For how long it has run', kind: 'time', isDefault: true, value: ({ task, now }) => Math.max(0, now - task.started) / 1000 },
  { name: 'start_time', description: 'When it started', kind: 'text', isDefault: false, value: ({ task }) => new Date(task.started).toISOString() },
  { name: 'node', description: 'Instance that runs it', kind: 'text', isDefault: false, value: ({ task }) => task.instance ?? null },
  { name: 'function', description: 'Function that runs it', kind: 'text', isDefault: false, value: ({ task }) => task.function ?? null },
  { name: 'version', description: 'Version that runs it', kind: 'text', isDefault: false, value: ({ task }) => (task.version === undefined || task.version === '' ? null : task.version) },
  { name: 'user', description: 'Who called', kind: 'text', isDefault: false, value: ({ task }) => task.user ?? null },
  { name: 'call_id', description: 'Call id', kind: 'text', isDefault: false, value: ({ task }) => task.callId },
]

export interface MiddlewareRow {
  order: number
  name: string
  kind: 'step' | 'decorator'
  route: OpsOperation | undefined
}

export const middlewareColumns: readonly Column<MiddlewareRow>[] = [
  { name: 'order', description: 'When it comes, from outside to inside', kind: 'integer', isDefault: true, value: ({ order }) => order },
  { name: 'name', description: 'Name of the step or decorator', kind: 'text', isDefault: true, value: ({ name }) => name },
  { name: 'kind', description: 'step of every request, or decorator of one operation', kind: 'text', isDefault: true, value: ({ kind }) => kind },
  { name: 'route_id', description: 'Identifier of the route that it stands around, or -1 for all', kind: 'integer', isDefault: true, value: ({ route }) => Number(route?.id ?? -1) },
  { name: 'operation', description: 'operationId that it stands around', kind: 'text', isDefault: true, value: ({ route }) => route?.operation ?? null },
]

/** The steps of the pipeline that every request goes through, in order; as in ARCHITECTURE.md. */
export const pipelineSteps: readonly string[] = ['context', 'match', 'switch', 'authenticate', 'validate', 'idempotency', 'call', 'reply', 'finish']

export const transportColumns: readonly Column<Transport>[] = [
  { name: 'name', description: 'Name of the edge or instance', kind: 'text', isDefault: true, value: ({ name }) => name },
  { name: 'kind', description: 'http, socket, function, gateway or instance', kind: 'text', isDefault: true, value: ({ kind }) => kind },
  { name: 'address', description: 'Where it is reached', kind: 'text', isDefault: true, value: ({ address }) => (address === '' ? null : address) },
  { name: 'serves', description: 'Services behind it', kind: 'text', isDefault: true, value: ({ serves }) => (serves.length === 0 ? null : serves.join(',')) },
  { name: 'since', description: 'Since when', kind: 'text', isDefault: false, value: ({ since }) => (since === undefined ? null : new Date(since).toISOString()) },
]
