// klue incidents: what fails on a stage, how often, and who is told of it.
import { visibleJson, visibleLine } from '../../errors/index.ts'
import type { Database } from '../../persist/index.ts'
import type { Incident } from '../../store/index.ts'
import { type Command, type CommandCall, jsonOption, stageOption, textOption } from '../command.ts'
import { readDuration } from '../duration.ts'
import { misuse } from '../run.ts'

export const incidents: Command = {
  name: 'incidents',
  arguments: 'list|show|mute|resolve [<incident>]',
  summary: 'Lists and shows the incidents of a stage, silences them, and says that they are resolved.',
  options: {
    all: { type: 'boolean', doc: 'With `list`: also those that are over.' },
    for: { type: 'string', value: 'TIME', doc: 'With `mute`: how long, for example `2h` or `7d`; 30 days by default. `0s` ends the silence.' },
    stage: stageOption,
    json: jsonOption,
  },
  async run(call) {
    const action = actions[call.positionals[0] ?? '']
    if (action === undefined) throw misuse('klue incidents wants to be told what to do', 'for example "klue incidents list"')
    const { loadStage } = await import('../stage.ts')
    const { openStageStore } = await import('../../dev/index.ts')
    const opened = await openStageStore(call.root, await loadStage(call.root, textOption(call, 'stage'), 'leave out'))
    try {
      await action(call, opened.database)
      return 0
    } finally {
      await opened.close()
    }
  },
}

const actions: Record<string, (call: CommandCall, database: Database) => Promise<void>> = {
  async list(call, database) {
    const { listIncidents } = await import('../../store/index.ts')
    const stored = (await listIncidents(database)).map(({ incident }) => incident).filter(({ status }) => call.values['all'] === true || status === 'open')
    const rows = await Promise.all(stored.sort((left, right) => (left.since < right.since ? 1 : -1)).map((incident) => toRow(database, incident)))
    if (call.values['json'] === true) return call.output.printJson(rows)
    if (rows.length === 0) return call.output.print(call.values['all'] === true ? 'There was no incident' : 'There is no open incident')
    for (const { incident, status, count, lastSeen, title, mutedUntil } of rows) call.output.print(`${incident}  ${(mutedUntil === undefined ? status : 'muted').padEnd(9)}  ${String(count).padStart(6)}  ${visibleLine(lastSeen.slice(0, 19))}Z  ${visibleLine(title)}`)
  },
  async show(call, database) {
    const { newestReports, readSample } = await import('../../store/index.ts')
    const incident = await incidentOf(call, database)
    const [row, newest, sample] = await Promise.all([toRow(database, incident), newestReports(database, incident.fingerprint, 10), readSample(database, { fingerprint: incident.fingerprint, key: incident.sample })])
    const reports = newest.map(({ time, errorId, requestId }) => ({ time, errorId: errorId ?? '', requestId: requestId ?? '' }))
    const body: unknown = sample === undefined ? null : JSON.parse(sample.body)
    if (call.values['json'] === true) return call.output.printJson({ ...row, reports, body })
    const facts = Object.entries(row).map(([name, value]) => `${name.padEnd(12)}  ${visibleLine(String(value))}`)
    call.output.print(facts.join('\n'))
    call.output.print(['', 'Newest reports:', ...reports.map(({ time, errorId, requestId }) => visibleLine(`  ${time}  ${errorId === '' ? `request ${requestId}` : `error ${errorId}`}`))].join('\n'))
    if (sample !== undefined) call.output.print(`\n${visibleJson(sample.body)}`)
  },
  async mute(call, database) {
    const { muteIncident } = await import('../../reports/index.ts')
    const incident = await incidentOf(call, database)
    const time = readDuration('for', textOption(call, 'for') ?? '30d')
    const until = time === 0 ? undefined : new Date(Date.now() + time).toISOString()
    await muteIncident(database, incident.fingerprint, until)
    call.output.print(until === undefined ? `The incident ${incident.fingerprint} is told again` : `Nobody is told of the incident ${incident.fingerprint} until ${until}`)
  },
  async resolve(call, database) {
    const { resolveIncident } = await import('../../reports/index.ts')
    const incident = await incidentOf(call, database)
    await resolveIncident(database, incident.fingerprint)
    call.output.print(`The incident ${incident.fingerprint} is resolved; if it comes back, that is told at once`)
  },
}

interface Row {
  incident: string
  status: string
  mutedUntil?: string
  count: number
  severity: number
  firstSeen: string
  lastSeen: string
  operation: string
  title: string
  undelivered: number
}

async function toRow(database: Database, incident: Incident): Promise<Row> {
  const { countIncident } = await import('../../reports/index.ts')
  const { newestTime } = await import('../../store/index.ts')
  const [count, newest] = await Promise.all([countIncident(database, incident), newestTime(database, incident.fingerprint)])
  const { fingerprint, status, severity, firstSeen, lastSeen, operation, title, undelivered, mutedUntil } = incident
  const isMuted = mutedUntil !== undefined && mutedUntil > new Date(database.now()).toISOString()
  return { incident: fingerprint, status, ...(isMuted ? { mutedUntil } : {}), count, severity, firstSeen, lastSeen: newest !== undefined && newest > lastSeen ? newest : lastSeen, operation, title, undelivered }
}

// The first letters will do where they fit only one.
async function incidentOf(call: CommandCall, database: Database): Promise<Incident> {
  const [action, name, ...more] = call.positionals
  if (name === undefined) throw misuse(`klue incidents ${action} wants an incident`, '"klue incidents list" shows them')
  if (more.length > 0) throw misuse(`klue incidents ${action} takes one incident`)
  const { listIncidents } = await import('../../store/index.ts')
  const found = (await listIncidents(database)).map(({ incident }) => incident).filter(({ fingerprint }) => fingerprint.startsWith(name))
  if (found.length === 1) return found[0]!
  throw misuse(found.length === 0 ? `there is no incident ${name}` : `${found.length} incidents begin with ${name}`, '"klue incidents list --all" shows them')
}
