// What is wrong with what code defines beside handlers. In a deployed function, whose code was checked before, a stub stands here: src/bundle/checked-before.ts.
export { consumerFaults } from './check-consumer.ts'
export { taskFaults } from './check-task.ts'
export { readSchedule as scheduleRule } from '../schedule/index.ts'
