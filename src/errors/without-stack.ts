// Errors that only say why a caller was refused.

/** Takes the stack off an error that is no failure of ours: a place tells nothing there, and a line of the log would look it up in source maps. */
export function withoutStack<Thrown>(error: Thrown): Thrown {
  if (error instanceof Error) Reflect.deleteProperty(error, 'stack')
  return error
}
