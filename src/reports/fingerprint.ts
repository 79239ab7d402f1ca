// What makes two failures the same: where they happened, not when, to whom or with which number.

export interface FingerprintParts {
  service: string
  /** `crash`, `slow`, `report`, a failure of the platform, an alert. */
  kind: string
  operation: string
  code: string
  /** As an error holds it; empty where there is none. */
  stack?: string
  /** Counts where the stack names no place. */
  message: string
}

// Deeper frames are the way to the failure, which differs by caller.
const maxFrames = 8

/** 16 hexadecimal digits; equal for failures of one operation, code and place. */
export function fingerprintOf({ service, kind, operation, code, stack = '', message }: FingerprintParts): string {
  const frames = framesOf(stack)
  const what = frames.length > 0 ? frames : [normalizedText(message)]
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(JSON.stringify([service, kind, operation, code, ...what])).digest('hex').slice(0, 16)
}

/** A text without what differs from one case to the next: addresses, ids, numbers. */
export function normalizedText(text: string): string {
  return text
    .slice(0, 2000)
    .replaceAll(/\?[^\s'")]*/g, '')
    .replaceAll(/[\w.+-]+@[\w-]+\.[\w.-]+/g, '<email>')
    .replaceAll(/\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/gi, '<id>')
    .replaceAll(/\b(?=[a-z\d_-]*\d)[a-z\d_-]{20,}\b/gi, '<id>')
    .replaceAll(/\b0x[\da-f]+\b|\b(?=[\da-f]*\d)[\da-f]{7,}\b/gi, '<id>')
    .replaceAll(/\d+/g, '<n>')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** The frames of a stack: function and source file, without short names, directories, lines and columns; Node's own are left out. */
export function framesOf(stack: string): string[] {
  const frames: string[] = []
  for (const line of stack.split('\n')) {
    const frame = /^\s+at (?:async )?(?:(.*?) \()?([^()]*?)(?::\d+)?(?::\d+)?\)?$/.exec(line)
    if (frame === null || frame[2] === undefined || /^(node:|<anonymous>|native)/.test(frame[2])) continue
    const file = frame[2].replace(/^file:\/\//, '').replace(/[?#].*$/, '').replaceAll('\\', '/').split('/').slice(-2).join('/')
    frames.push(`${lastingName(frame[1] ?? '')} ${normalizedText(file)}`)
    if (frames.length === maxFrames) break
  }
  return frames
}

// A bundle gives functions and classes names of one to three characters, others with each build: they must not make a known failure a new one.
function lastingName(name: string): string {
  return normalizedText(name.split(/[\s.]+/).filter((part) => part.length > 3).join(' '))
}
