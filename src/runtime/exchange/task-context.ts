// What the handler of a task is given besides its input.
import type { Context } from './handler-context.ts'

/** What a run knows of its task. */
export interface TaskInfo {
  id: string
  /** 1 for the first run. */
  attempt: number
  key: string | undefined
  /** A text that is the same whenever this step of this task runs, for others that can tell a repetition by it. */
  stepKey(name: string): string
  /** The operation, task or `schedule:<name>` that fired it. */
  firedBy: string
  /** Of a schedule: the time for which this tick was planned. */
  scheduled: Date | undefined
}

/** The second argument of a task's handler. */
export interface TaskContext extends Context {
  task: TaskInfo
  /**
   * Runs a step that is not repeated once its success is recorded: a later run gets the recorded result, which must be JSON.
   * A stop between effect and record repeats it, so give others `context.task.stepKey(name)`.
   */
  once<Result>(name: string, run: () => Result | Promise<Result>): Promise<Result>
  /** Says how far it has come, 0 to 1. */
  progress(fraction: number): void
}

/** The function of a task. */
export type TaskHandler<Received, Result> = (input: Received, context: TaskContext) => Result | Promise<Result>
