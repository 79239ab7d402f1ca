// The ops API as a service of the kit: its document, handlers, and the error bodies of the seed.
import { type ApiSpec, type Context, defineService, type ErrorDecorator, type Service } from '../runtime/index.ts'
import { catIndex, catMiddlewares, catRoutes, catTasks, catTransports } from './cat-handlers.ts'
import { seedBody } from './format/query-error.ts'
import { type Operations, ops } from './gen/ops.ts'
import type { OpsPort } from './port.ts'
import { changeSettings, interrupt, showRoutes, showSettings, showStats } from './route-handlers.ts'
import { cancelMany, cancelOne, printStack, showTask, showTasks } from './task-handlers.ts'

/** The service behind src/ops/ops.yaml. Whoever serves it decides who may call it; `who`: a name for the audit. */
export function opsService(port: OpsPort, who: (context: Context) => string): Service {
  return defineService({
    spec: ops as ApiSpec<Operations>,
    handlers: {
      catIndex: () => catIndex(),
      catRoutes: (asked) => catRoutes(port, asked),
      catRoutesById: (asked) => catRoutes(port, asked, asked.path.ids),
      catTasks: (asked) => catTasks(port, asked),
      catTasksById: (asked) => catTasks(port, asked, asked.path.ids),
      catMiddlewares: (asked) => catMiddlewares(port, asked),
      catTransports: (asked) => catTransports(port, asked),
      listRoutes: (asked) => showRoutes(port, asked),
      getRoutes: (asked) => showRoutes(port, asked, asked.path.ids),
      listSettings: (asked) => showSettings(port, asked),
      getSettings: (asked) => showSettings(port, asked, asked.path.ids),
      putSettings: (asked, context) => changeSettings(port, asked, { ids: asked.path.ids, body: asked.raw.body ?? new Uint8Array(), who: who(context) }),
      listStats: (asked) => showStats(port, asked),
      getStats: (asked) => showStats(port, asked, asked.path.ids),
      interruptRoutes: (asked, context) => interrupt(port, { ids: asked.path.ids, who: who(context) }),
      listTasks: (asked) => showTasks(port, asked),
      getTask: (asked) => showTask(port, asked, asked.path.id),
      cancelTasks: (asked, context) => cancelMany(port, asked, who(context)),
      cancelTask: (asked, context) => cancelOne(port, asked, { id: asked.path.id, who: who(context) }),
      cancelTaskByGet: (asked, context) => cancelOne(port, asked, { id: asked.path.id, who: who(context) }),
      cancelTaskByVerb: (asked, context) => cancelOne(port, asked, { id: asked.path.id, who: who(context) }),
      printStack: (asked) => printStack(port, asked, asked.path.id),
    },
    errorDecorator: seedErrors,
  })
}

// Bodies of the seed say what is wrong and nothing else; all other errors are those of every service.
const seedErrors: ErrorDecorator = (body) => {
  if (body.error === 'OPS_BODY_INVALID') return { json: ['Invalid JSON body.'] }
  const shaped = seedBody(body.errors ?? [])
  if (shaped === undefined) return body
  return body.error === 'OPS_REQUEST_INVALID' ? shaped : { ...body, ...shaped }
}
