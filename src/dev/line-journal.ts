// Lines of the log on their way to the tables, in a file as well: a process that is killed, or whose handler ends it, loses none.
import { appendFileSync, closeSync, ftruncateSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive, isIdentity, thisProcess } from '../platform/local/index.ts'
import { makePrivateFolder, privateFile } from '../workfolder/index.ts'

/** What a process has left behind. */
export interface LeftLines {
  /** One line of the log each; the same line has the same id however often it is read. */
  lines: { id: string; text: string }[]
  /** Lines that were cut off in the middle. */
  cut: number
  /** Once they are stored. */
  forget(): void
}

/** The file of this process. Nothing here throws. */
export interface LineJournal {
  /** Part of the ids of its lines. */
  readonly origin: string
  /** Keeps a line; handed to the system before this returns. */
  keep(text: string): void
  /** All that were kept are stored. */
  allStored(): void
  close(): void
}

// It begins anew whenever all is stored, which under a load without a pause may take a while.
const maxBytes = 64 * 1024 * 1024

/** Opens the file of this process in a folder. `fault` is told once where lines cannot be kept. */
export function openLineJournal(folder: string, fault: (sentence: string) => void): LineJournal {
  const origin = process.getBuiltinModule('node:crypto').randomUUID()
  const path = join(folder, `${origin}.jsonl`)
  let handle: number | undefined
  let isBroken = false
  let [kept, bytes] = [0, 0]
  const attempt = (action: () => void): void => {
    if (isBroken) return
    try {
      action()
    } catch (error) {
      isBroken = true
      fault(`Lines of the log are lost if this process is killed: they cannot be kept in ${path} (${(error as NodeJS.ErrnoException).code ?? String(error)})`)
    }
  }
  const open = (): number => {
    makePrivateFolder(folder)
    appendFileSync(path, '', { mode: privateFile })
    const opened = openSync(path, 'a')
    writeSync(opened, headOf())
    return opened
  }
  return {
    origin,
    keep: (text) => attempt(() => {
      kept += 1
      if (bytes < maxBytes) bytes += writeSync((handle ??= open()), `${kept} ${text}\n`)
    }),
    allStored: () => attempt(() => {
      if (handle === undefined) return
      ftruncateSync(handle, 0)
      bytes = 0
      writeSync(handle, headOf())
    }),
    close() {
      attempt(() => {
        if (handle === undefined) return
        closeSync(handle)
        rmSync(path, { force: true })
      })
      isBroken = true
    },
  }
}

function headOf(): string {
  return `${JSON.stringify(thisProcess())}\n`
}

/** What processes have left in a folder that are gone. */
export function leftLines(folder: string): LeftLines {
  const files = names(folder).filter((name) => /^[\w-]+\.jsonl$/.test(name)).map((name) => ({ name, ...read(join(folder, name)) })).filter(({ isLeft }) => isLeft)
  return {
    lines: files.flatMap(({ name, rows }) => rows.map(({ number, text }) => ({ id: `${name.slice(0, -'.jsonl'.length)}-${number}`, text }))),
    cut: files.reduce((sum, { cut }) => sum + cut, 0),
    forget: () => files.forEach(({ name }) => rmSync(join(folder, name), { force: true })),
  }
}

function read(path: string): { isLeft: boolean; rows: { number: string; text: string }[]; cut: number } {
  const [head = '', ...parts] = textOf(path).split('\n')
  if (isOfLiving(head)) return { isLeft: false, rows: [], cut: 0 }
  const rest = parts.pop() ?? ''
  const rows = parts.flatMap((part) => {
    const [, number, text] = /^(\d+) (\{.*\})$/.exec(part) ?? []
    return text === undefined ? [] : [{ number: number!, text }]
  })
  return { isLeft: true, rows, cut: parts.length - rows.length + (rest === '' ? 0 : 1) }
}

function isOfLiving(head: string): boolean {
  try {
    const owner: unknown = JSON.parse(head)
    return isIdentity(owner) && isAlive(owner)
  } catch {
    return false
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
