// What makes two failures the same: their type, what they say and where they happened, not when, to whom or with which number.

export interface FingerprintParts {
  service: string
  /** `crash`, `slow`, `report`, a failure of the platform, an alert. */
  kind: string
  operation: string
  code: string
  /** As an error holds it; empty where there is none. */
  stack?: string
  /** Counts where there is no stack that says more. */
  message: string
  /** What the code said of the failure itself; it always counts. */
  title?: string
}

// Deeper frames are the way to the failure, which differs by caller.
const maxFrames = 8

/** 16 hexadecimal digits; equal for failures of one operation, code, type, text and place. */
export function fingerprintOf({ service, kind, operation, code, stack = '', message, title }: FingerprintParts): string {
  const frames = framesOf(stack)
  const said = title === undefined ? [] : [normalizedText(title)]
  const what = [...said, ...(frames.length > 0 ? [...headsOf(stack), ...frames] : [normalizedText(message)])]
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(JSON.stringify([service, kind, operation, code, ...what])).digest('hex').slice(0, 16)
}

/** A text without what differs from one case to the next: quoted values, dates, addresses, ids, numbers. */
export function normalizedText(text: string): string {
  return text
    .slice(0, 2000)
    .replaceAll(/(?<![\w'])'[^'\n]*'(?!\w)|"[^"\n]*"|`[^`\n]*`|“[^“”\n]*”|‘[^‘’\n]*’|«[^«»\n]*»/g, '<value>')
    .replaceAll(/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?/g, '<date>')
    .replaceAll(/\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? (?:\d{1,2} )?[A-Z][a-z]{2}[a-z]* (?:\d{1,2} )?\d{4}(?: \d\d:\d\d:\d\d)?(?: ?(?:GMT|UTC|Z)?(?:[+-]\d{4})?(?: \([^()\n]*\))?)?/g, '<date>')
    .replaceAll(/\?[^\s'")]*/g, '')
    .replaceAll(/(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]+/g, '<email>')
    .replaceAll(/\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/gi, '<id>')
    .replaceAll(/\w[\w-]{18,}\w/g, (word) => (/\d/.test(word) ? '<id>' : word))
    .replaceAll(/\b0x[\da-f]+\b|\b(?=[\da-f]*\d)[\da-f]{7,}\b/gi, '<id>')
    .replaceAll(/\d+(?:[.,]\d+)*/g, '<n>')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

// Of an error and of its causes: further ones say little that is new.
const maxHeads = 5

/** What stands in a stack beside its frames: the type and text of the error, and those of its causes. */
export function headsOf(stack: string): string[] {
  const lines = stack.split('\n')
  const first = lines.findIndex(isFrame)
  const own = lines.slice(0, first === -1 ? undefined : first).join(' ')
  const causes = first === -1 ? [] : lines.slice(first).filter((line) => !isFrame(line) && /\b\w*(?:Error|Exception)\b/.test(line.slice(0, 300)))
  return [own, ...causes].slice(0, maxHeads).map((head) => normalizedText(head).slice(0, 300))
}

function isFrame(line: string): boolean {
  return /^\s+at \S/.test(line)
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
