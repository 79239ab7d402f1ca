// How long a queue of tasks keeps a message: said by the stack that makes it and by who sends to it.

/** Seconds. Rows are what counts: the sweep sends again what was not taken for so long. */
export const taskMessageSeconds: number = 86_400
