// Declares a task. Declaring one does no I/O.
import { UsageError } from '../errors/index.ts'
import { taskFaults } from './check-definitions.ts'
import type { Task, TaskOptions } from './exchange/task.ts'
import type { TaskHandler } from './exchange/task-context.ts'

/**
 * Declares work that is not a request: accepted by `context.fire`, run by a worker, tried again where it fails.
 * Throws a UsageError with every option that cannot be.
 * @param name letters, digits and hyphens, at most 64; rows and lines carry it, so it stays
 * @example
 * export const sendApproval = defineTask('sendApproval', { input: ReturnApproved, attempts: 5 }, async ({ id }, context) => { … })
 */
export function defineTask<Received, Given, Result = void>(name: string, options: TaskOptions<Received, Given, Result>, handler: TaskHandler<Received, Result>): Task<Given, Result> {
  const faults = taskFaults(name, options, handler)
  if (faults.length > 0) throw new UsageError(faults)
  const { attempts = 3, timeoutSeconds = 60, delaySeconds = 0, identity = 'service', key = 'one-at-a-time', slowMs = timeoutSeconds * 500, concurrency, backoff, retain } = options
  return {
    kind: 'klue.Task',
    name,
    options: {
      input: options.input as never,
      ...(options.result === undefined ? {} : { result: options.result as never }),
      ...(concurrency === undefined ? {} : { concurrency }),
      attempts, timeoutSeconds, delaySeconds, identity, key, slowMs,
      backoff: { firstSeconds: backoff?.firstSeconds ?? 10, maxSeconds: backoff?.maxSeconds ?? 3600 },
      retain: { succeededDays: retain?.succeededDays ?? 7, failedDays: retain?.failedDays ?? 90, inputDays: retain?.inputDays ?? 1 },
    },
    handler: handler as never,
  }
}
