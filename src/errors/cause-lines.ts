// The causes of an error as a log line holds them, as lines for people.

/** A line for each cause: where it stood, its class, code and text; `[]` where a record has none. */
export function causeLines(record: Readonly<Record<string, unknown>>): string[] {
  const causes = record['causes']
  if (!Array.isArray(causes)) return []
  return causes.filter((cause): cause is Record<string, unknown> => typeof cause === 'object' && cause !== null).map(({ at, name, code, message }) => {
    const said = [name, code].filter((part) => typeof part === 'string' || typeof part === 'number').join(' ')
    return `${String(at)}: ${said}${typeof message === 'string' && message !== '' ? `: ${message}` : ''}`
  })
}
