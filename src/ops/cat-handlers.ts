// The handlers of `_cat`: tables of operations, of what runs, of the pipeline and of the edges.
import { type Asked, answerTable, answerText, type TextReply } from './answers.ts'
import { middlewareColumns, type MiddlewareRow, pipelineSteps, routeColumns, taskColumns, transportColumns } from './columns.ts'
import { findAll, findRoutes } from './find-routes.ts'
import type { OpsPort } from './port.ts'
import { routeIds } from './task-handlers.ts'

/** The face of the seed, and what tables there are. */
export function catIndex(): TextReply {
  return answerText(`=^.^=\n${['/routes', '/routes/{route_id}', '/tasks', '/tasks/{task_id}', '/middlewares', '/transports'].join('\n')}\n`)
}

export function catRoutes(port: OpsPort, asked: Asked, ids?: string): Promise<TextReply> {
  return answerTable(asked, routeColumns, async () => {
    const routes = findRoutes(port.operations(), ids)
    const { operations } = await port.stats()
    return routes.map((route) => ({ route, stats: operations.get(route.operation) }))
  })
}

export function catTasks(port: OpsPort, asked: Asked, ids?: string): Promise<TextReply> {
  return answerTable(asked, taskColumns, async () => {
    const { running } = await port.running()
    const wanted = ids === undefined ? running : findAll(ids, new Map(running.map((task) => [task.id, task])))
    const [routes, now] = [routeIds(port), port.now()]
    return wanted.map((task) => ({ task, routeId: routes.get(task.operation), now }))
  })
}

export function catMiddlewares(port: OpsPort, asked: Asked): Promise<TextReply> {
  return answerTable(asked, middlewareColumns, () => {
    const call = pipelineSteps.indexOf('call')
    const rows = pipelineSteps.flatMap((name, index): MiddlewareRow[] => [
      { order: index, name, kind: 'step', route: undefined },
      // Decorators stand around the handler alone.
      ...(index === call ? port.operations().flatMap((route) => route.decorators.map((decorator): MiddlewareRow => ({ order: index, name: decorator, kind: 'decorator', route }))) : []),
    ])
    return rows
  })
}

export function catTransports(port: OpsPort, asked: Asked): Promise<TextReply> {
  return answerTable(asked, transportColumns, async () => {
    const [transports, { running }] = await Promise.all([port.transports(), port.running()])
    const instances = new Map(running.flatMap(({ instance, function: name = '' }) => (instance === undefined ? [] : [[instance, name]])))
    return [...transports, ...[...instances].map(([name, address]) => ({ name, kind: 'instance' as const, address, serves: [] }))]
  })
}
