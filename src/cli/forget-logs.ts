// klue logs forget: takes away what is kept of requests, and says how much it was.
import type { Forgotten, RequestFilter } from '../telemetry/index.ts'
import { type CommandCall, textOption } from './command.ts'
import { misuse } from './run.ts'
import { readSince } from './since.ts'

/** Runs the command; resolves to the exit code. */
export async function forgetLogs(call: CommandCall, filter: RequestFilter): Promise<number> {
  if (Object.keys(filter).length === 0) throw misuse('klue logs forget wants to know what: nothing says which requests are meant', 'for example --user ID, or --path /accounts/17')
  for (const name of ['follow', 'fields', 'limit'] as const) if (call.values[name] !== undefined) throw misuse(`klue logs forget has no --${name}`, 'leave it out')
  const [since, until] = [textOption(call, 'since'), textOption(call, 'until')]
  const now = Date.now()
  const span = { ...(since === undefined ? {} : { from: readSince(since, now) }), ...(until === undefined ? {} : { to: readSince(until, now, 'until') }) }
  if (call.values['yes'] !== true) throw misuse('klue logs forget takes records away for good', 'look at them with klue logs and the same options, then add --yes')
  const { loadStage } = await import('./stage.ts')
  const [{ openStageStore }, { forgetRequests, keepRulesOf }] = await Promise.all([import('../dev/index.ts'), import('../telemetry/index.ts')])
  const config = await loadStage(call.root, textOption(call, 'stage'), 'leave out')
  const opened = await openStageStore(call.root, config)
  try {
    const files = await opened.openArchive()
    const forgotten = await forgetRequests(opened.database, { filter, ...span, ...(files === undefined ? {} : { archive: { files, rules: keepRulesOf(config) } }) })
    if (call.values['json'] === true) call.output.printJson(forgotten)
    else call.output.print(`The records of ${forgotten.requests} requests are gone, from ${forgotten.items} items${archiveText(forgotten)}${tasksText(forgotten)}; counts stay. Lines that are delivered again leave none for ${forgotten.days} days, and what is on its way is looked for once more within the hour`)
    return 0
  } finally {
    await opened.close()
  }
}

function tasksText({ tasks = 0, tasksLeft = 0 }: Forgotten): string {
  const gone = tasks === 0 ? '' : `, and of ${tasks} ${tasks === 1 ? 'task' : 'tasks'} all but the end`
  return tasksLeft === 0 ? gone : `${gone}; ${tasksLeft} ${tasksLeft === 1 ? 'task waits or runs and is' : 'tasks wait or run and are'} left as before, which "klue tasks cancel" ends`
}

function archiveText({ files, isArchiveDone }: Forgotten): string {
  if (files === undefined) return ''
  return isArchiveDone === true ? ` and ${files} files of the archive` : ` and ${files} files of the archive, in which another process is writing: the look of every minute goes on there`
}
