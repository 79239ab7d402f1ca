// What x-klue-task means for callers, written into a document that is published.
import { arrayOf, followRefs, isObject, type JsonObject, objectOf } from '../read/pointers.ts'
import type { TaskSettings } from '../table.ts'
import { taskOf } from './task-operations.ts'

const methods = ['put', 'post', 'delete', 'patch']

/** Adds the answer 202, `Prefer` and the operations of tasks to a document with operations that are tasks, in place. */
export function showTasks(document: JsonObject, tasksPath: string): void {
  const securities: unknown[] = []
  for (const entry of Object.values(objectOf(document['paths']))) {
    const item = objectOf(followRefs(document, entry))
    for (const method of methods) {
      const operation = item[method]
      const settings = isObject(operation) ? taskOf(operation) : undefined
      if (!isObject(operation) || settings === undefined) continue
      showOperation(document, { item, operation }, settings)
      securities.push(operation['security'] ?? document['security'] ?? [])
    }
  }
  if (securities.length > 0) (objectOf(document['paths']))[`${tasksPath}/{task}`] = taskOperations(securities)
}

const taskSchema: JsonObject = {
  type: 'object',
  required: ['id', 'status', 'created', 'updated'],
  properties: {
    id: { type: 'string' },
    status: { type: 'string', enum: ['waiting', 'running', 'succeeded', 'failed', 'cancelled'], description: 'Anything but waiting and running is its end' },
    progress: { type: 'number', minimum: 0, maximum: 1 },
    result: { description: 'The body of the declared answer, where it succeeded' },
    error: { type: 'object', required: ['status', 'error', 'error_description'], properties: { status: { type: 'integer' }, error: { type: 'string' }, error_description: { type: 'string' }, error_id: { type: 'string' } } },
    created: { type: 'string', format: 'date-time' },
    updated: { type: 'string', format: 'date-time' },
  },
}

const text = { type: 'string' }

function showOperation(document: JsonObject, { item, operation }: { item: JsonObject; operation: JsonObject }, { envelope }: TaskSettings): void {
  const declared = [...arrayOf(item['parameters']), ...arrayOf(operation['parameters'])].map((parameter) => objectOf(followRefs(document, parameter)))
  if (!declared.some((parameter) => parameter['in'] === 'header' && String(parameter['name']).toLowerCase() === 'prefer')) {
    operation['parameters'] = [...arrayOf(operation['parameters']), { name: 'Prefer', in: 'header', description: 'wait=N: waits up to N seconds for the declared answer, and answers 202 where that has not come', schema: text }]
  }
  const responses: JsonObject = {}
  for (const [status, value] of Object.entries(objectOf(operation['responses']))) {
    const response = objectOf(followRefs(document, value))
    responses[status] = /^[23]/.test(status) ? { ...response, headers: { ...objectOf(response['headers']), 'Preference-Applied': { description: 'wait, where the answer was waited for', schema: text } } } : value
  }
  const schema = envelope === undefined ? taskSchema : { type: 'object', required: [envelope], properties: { [envelope]: taskSchema } }
  responses['202'] = { description: 'Accepted: it runs as a task', headers: { Location: { description: 'Where the task is to be seen and cancelled', schema: text } }, content: { 'application/json': { schema } } }
  operation['responses'] = responses
}

// Whoever may call one of the operations may ask for its tasks.
function taskOperations(securities: readonly unknown[]): JsonObject {
  const isOpen = securities.some((security) => arrayOf(security).length === 0)
  const alternatives = [...new Map([...securities.flatMap(arrayOf), ...(isOpen ? [{}] : [])].map((alternative) => [JSON.stringify(alternative), alternative])).values()]
  const one = (operationId: string, summary: string): JsonObject => ({
    operationId, summary, security: alternatives,
    responses: { 200: { description: 'The task', content: { 'application/json': { schema: taskSchema } } }, 404: { description: 'There is no such task, or it is somebody else\'s' } },
  })
  return {
    parameters: [{ name: 'task', in: 'path', required: true, schema: text }],
    get: one('showTask', 'Shows a task of the caller'),
    delete: one('cancelTask', 'Cancels a task of the caller; one that is over stays as it is'),
  }
}
