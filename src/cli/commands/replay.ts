// klue replay: the request behind an error, sent once more to the service on this machine.
import { visibleLine } from '../../errors/index.ts'
import type { Database } from '../../persist/index.ts'
import { addressBelow, isPathOfOrigin } from '../../address/index.ts'
import { type Command, type CommandCall, jsonOption, textOption } from '../command.ts'
import type { RecordedTask } from '../replay-task.ts'
import { type RecordedRequest, toRequest } from '../recorded-request.ts'
import { misuse } from '../run.ts'

export const replay: Command = {
  name: 'replay',
  arguments: '<error_id>',
  summary: 'Sends the recorded request of an error to the service that runs here, and prints its answer; of a run, its task.',
  options: {
    url: { type: 'string', value: 'URL', doc: 'Where the service answers; that of `klue dev` by default.' },
    stage: { type: 'string', value: 'NAME', doc: 'Stage that recorded the error; KLUE_STAGE or `local` by default.' },
    json: jsonOption,
  },
  async run(call) {
    const [errorId, ...more] = call.positionals
    if (errorId === undefined || more.length > 0) throw misuse('klue replay wants one error id', 'it stands in the answer, in the log and in the report')
    givenUrl(call)
    const { record, task } = await recordOf(call, errorId)
    if (task !== undefined) return (await import('../replay-task.ts')).replayTask(call, task)
    const url = await addressOf(call)
    const request = toRequest(record)
    // Before a token is made: nobody else must get it.
    const target = targetOf(url, request)
    const token = await tokenFor(call, record['user'])
    const answer = await fetch(target, { method: request.method, headers: { ...request.headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) }, redirect: 'manual', signal: AbortSignal.timeout(60_000), ...(request.body === undefined ? {} : { body: request.body }) }).catch((cause: unknown) => {
      throw misuse(`${url} does not answer (${reasonOf(cause)})`, 'start the service with klue dev')
    })
    print(call, { target, request, status: answer.status, body: await answer.text() })
    return 0
  },
}

async function addressOf(call: CommandCall): Promise<string> {
  const given = givenUrl(call)
  const { findRunning } = await import('../../dev/index.ts')
  const url = given ?? findRunning(call.root)?.addresses[0]?.url
  if (url === undefined) throw misuse('no service runs here', 'start it with klue dev, or pass --url')
  return url
}

function givenUrl(call: CommandCall): string | undefined {
  const given = textOption(call, 'url')
  if (given !== undefined && !isBase(given)) throw misuse(`--url ${given} is no URL of a service`, 'write it without user, query and fragment, for example http://127.0.0.1:8080')
  return given
}

function isBase(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password, search, hash } = new URL(text)
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === ''
}

// The path is a stranger's text: it says what is asked for, and never who is asked.
function targetOf(url: string, { path, method }: RecordedRequest): URL {
  const target = isPathOfOrigin(path) ? addressBelow(url, path) : undefined
  if (target !== undefined && isSendable(method)) return target
  if (target === undefined) throw misuse(`the recorded path ${JSON.stringify(path)} leads away from ${url}, so nothing was sent`, 'whoever sent it may have meant it so; send what you want to see by another tool')
  throw misuse(`the recorded method ${JSON.stringify(method)} cannot be sent again`, 'it was refused before any operation saw it')
}

// What fetch takes.
function isSendable(method: string): boolean {
  return /^[A-Z]+$/.test(method) && !['CONNECT', 'TRACE', 'TRACK'].includes(method)
}

async function recordOf(call: CommandCall, errorId: string): Promise<{ record: Record<string, unknown>; task?: RecordedTask }> {
  const { loadStage } = await import('../stage.ts')
  const { openStageStore } = await import('../../dev/index.ts')
  const config = await loadStage(call.root, textOption(call, 'stage'), 'leave out')
  const opened = await openStageStore(call.root, config)
  try {
    const record = await findRecord(opened.database, errorId, config.logDays)
    if (record !== undefined && typeof record['task_id'] === 'string') return { record, task: await (await import('../replay-task.ts')).recordedTask(opened.database, record['task_id']) }
    if (record !== undefined) return { record }
    throw misuse(`there is no record of a request with the error id ${errorId}`, `records of the last ${config.logDays} days are looked through; --stage names the stage`)
  } finally {
    await opened.close()
  }
}

// By the index of closed minutes, as far back as records of failures can be.
async function findRecord(database: Database, errorId: string, days: number): Promise<Record<string, unknown> | undefined> {
  const { findRequests, recordOf: whole } = await import('../../telemetry/index.ts')
  const now = database.now()
  // What was reported says when it was: one look there.
  const known = await (await import('../../store/index.ts')).findError(database, errorId)
  const started = known?.started === undefined ? undefined : Date.parse(known.started)
  for (const span of [...(started === undefined ? [] : [{ from: started - minuteMs, to: started + minuteMs }]), { from: now - days * 86_400_000, to: now + minuteMs }]) {
    const { rows } = await findRequests(database, span, { filter: { errorId }, limit: 1, most: Number.POSITIVE_INFINITY })
    if (rows[0] !== undefined) return whole(rows[0])
  }
  return undefined
}

const minuteMs = 60_000

// The token of the record is masked; one of this machine's own takes its place.
async function tokenFor(call: CommandCall, user: unknown): Promise<string | undefined> {
  if (typeof user !== 'string' || user === '') return undefined
  const { loadStage } = await import('../stage.ts')
  const { generateToken } = await import('../../runtime/edge.ts')
  return await generateToken({ config: await loadStage(call.root, 'local'), secret: () => Promise.resolve(undefined), now: Date.now }, user, {})
}

// The error of fetch says only that it failed; its cause says why.
function reasonOf(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: unknown; message?: string }; message: string }
  return typeof cause?.code === 'string' ? cause.code : (cause?.message ?? message)
}

function print({ values, output }: CommandCall, { target, request, status, body }: { target: URL; request: RecordedRequest; status: number; body: string }): void {
  if (values['json'] === true) return output.printJson({ request: { ...request, url: target.href }, response: { status, body } })
  output.print(`${request.method} ${target.href}`)
  if (request.leftOut.length > 0) output.printError(`klue: left out, because the record masks it: ${request.leftOut.map(visibleLine).join(', ')}`)
  output.print(`${status}\n${body}`)
}
