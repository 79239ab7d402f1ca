// What is loaded with the first operation that runs as a task: one part, so that nothing of it lands in a start.
export { acceptTask } from './accept-task.ts'
export { answerTask } from './answer-task.ts'
