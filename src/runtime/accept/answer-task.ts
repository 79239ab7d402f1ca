// Answers GET and DELETE below `tasks_path`: whoever had an operation run sees its task and may cancel it, nobody else.
import { catalog } from '../../errors/index.ts'
import type { CompiledOperation } from '../../openapi/index.ts'
import { readTaskState, type TaskState } from '../../store/index.ts'
import type { ApiSpec } from '../api/api-spec.ts'
import type { Exchange } from '../exchange/exchange.ts'
import type { User } from '../exchange/user.ts'
import { chooseUser } from '../security/authenticate.ts'
import { loadRefusal } from '../security/lazy-refusal.ts'
import { anyone, ownerOf } from './accept-task.ts'
import { taskName, taskOperations } from './task-names.ts'
import { type TaskResource, toResource } from './task-resource.ts'

/** An API whose tasks are asked for, with the checks of its security schemes. */
export interface AskedApi {
  readonly spec: ApiSpec
  check(scheme: string, exchange: Exchange): unknown
}

/** Shows or cancels a task. Throws 404 for whatever is none of the caller's, whether it exists or not. */
export async function answerTask(exchange: Exchange, { apis, id, doing }: { apis: readonly AskedApi[]; id: string; doing: 'show' | 'cancel' }): Promise<TaskResource> {
  const { platform } = exchange
  const unknown = (): Error => catalog.NOT_FOUND('There is no such task, or it is not yours')
  if (!/^[\w-]{20,64}$/.test(id)) throw unknown()
  const stored = await readTaskState(platform.database(), id)
  const found = stored === undefined ? undefined : operationOf(apis, stored.state)
  if (stored === undefined || found === undefined) throw unknown()
  if (!(await isOwner(exchange, { ...found, state: stored.state }))) throw unknown()
  if (doing === 'show') return toResource(stored.state)
  const ended = await platform.tasks?.().cancel(id)
  return toResource(ended ?? (await readTaskState(platform.database(), id))?.state ?? stored.state)
}

function operationOf(apis: readonly AskedApi[], { name, owner }: TaskState): { api: AskedApi; operation: CompiledOperation } | undefined {
  if (owner === undefined) return undefined
  for (const api of apis) {
    const operation = taskOperations(api.spec).find(({ id }) => taskName(api.spec.table.api, id) === name)
    if (operation !== undefined) return { api, operation }
  }
  return undefined
}

// Asked for by what the operation itself asks for.
async function isOwner(given: Exchange, { api, operation, state }: { api: AskedApi; operation: CompiledOperation; state: TaskState }): Promise<boolean> {
  if (state.owner === anyone) return true
  const exchange: Exchange = { ...given, api, operation }
  exchange.context.user = await callerOf(exchange, { api, operation })
  return exchange.context.user !== undefined && (await ownerOf(exchange)) === state.owner
}

async function callerOf(exchange: Exchange, { api, operation: { security } }: { api: AskedApi; operation: CompiledOperation }): Promise<User | undefined> {
  const results: Record<string, unknown> = {}
  const errors: Error[] = []
  for (const name of new Set(security.flatMap(Object.keys))) {
    try {
      results[name] = await api.check(name, exchange)
    } catch (error) {
      results[name] = { error }
      errors.push(error as Error)
    }
  }
  const isGood = (result: unknown): boolean => typeof result === 'object' && result !== null && 'claims' in result
  if (security.some((alternative) => Object.keys(alternative).length > 0 && Object.keys(alternative).every((name) => isGood(results[name])))) return chooseUser(security, results, api.spec.table.securitySchemes)
  throw errors.length === 1 ? errors[0]! : (await loadRefusal()).chooseRefusal(results, exchange)
}
