// Tasks: accepted by firing, run by workers under leases, looked after by a sweep.
export { changeTask } from './change-task.ts'
export { type AwsTaskQueueOptions, awsTaskQueue, queueName } from './aws-queue.ts'
export { openTaskPort } from './fire-port.ts'
export { cancelled, redriven } from './machine.ts'
export { openLocalQueue, type LocalQueue, type TaskQueue } from './queue.ts'
export { sweep } from './sweep.ts'
export type { OpenedService } from './run-task.ts'
export { openWorker, type Worker, type WorkerParts } from './worker.ts'
