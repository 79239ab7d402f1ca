// klue dev: the project on this machine, until Ctrl-C.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { env } from '../../config/index.ts'
import { visibleJson } from '../../errors/index.ts'
import type { ReloadEvent, RunningProject } from '../../dev/index.ts'
import type { LogRecord } from '../../runtime/edge.ts'
import { type Command, type CommandCall, stageOption, textOption } from '../command.ts'
import { gatherLines } from '../gathered-lines.ts'
import { misuse } from '../run.ts'
import { printPainted } from '../output.ts'

export const dev: Command = {
  name: 'dev',
  arguments: '',
  summary: 'Runs every service on this machine and loads changes as they are saved.',
  options: {
    port: { type: 'string', value: 'N', doc: 'Port of the main service; PORT, `port` of the configuration or 8080 by default, 0 takes a free one.' },
    stage: stageOption,
    'in-memory': { type: 'boolean', doc: 'Forgets all data at the end instead of keeping it in `.klue/`.' },
    'reset-data': { type: 'boolean', doc: 'Deletes the local data and log in `.klue/dynamodb` before it starts, and says how much that is.' },
    mock: { type: 'boolean', doc: 'Answers operations without a handler from the examples and schemas of their document.' },
    seed: { type: 'string', value: 'N', doc: 'Varies what `--mock` makes up; 0 by default, the same answers for the same number.' },
    'no-watch': { type: 'boolean', doc: 'Does not load changes.' },
    json: { type: 'boolean', doc: 'Prints log records as JSON lines.' },
  },
  async run(call) {
    if (call.values['reset-data'] === true && call.values['in-memory'] === true) throw misuse('--reset-data and --in-memory exclude each other', 'data in memory begins empty')
    // Before the slow part: a signal that comes while the project starts must end it too.
    const stopped = stopSignal()
    const { kitFolder, loadSlimBackend, warmBundler } = await import('../../bundle/index.ts')
    // A process of its own: it comes up while this one loads the rest. Where a bundle is kept it may not be needed.
    const isKept = existsSync(join(call.root, '.klue', 'bundle.json'))
    const warm = (): void => void warmBundler().catch(() => undefined)
    if (!isKept) warm()
    // It is in the one file already.
    if (kitFolder() === undefined) loadSlimBackend()
    const { resetData, resetSentence, startProject, toReadable } = await import('../../dev/edge.ts')
    const { output } = call
    const isJson = call.values['json'] === true
    const stage = textOption(call, 'stage')
    const port = portOption(call)
    const lines = gatherLines<LogRecord>((record) => (isJson ? visibleJson(JSON.stringify(record)) : toReadable(record, output)), (text) => printPainted(output, text))
    // Also where an exception ends the process.
    process.once('exit', lines.flush)
    const say = (print: (text: string) => void, text: string): void => {
      lines.flush()
      print(text)
    }
    if (call.values['reset-data'] === true) await resetData(call.root, (size) => say(isJson ? output.printError : output.print, resetSentence(size)))
    const running = await startProject({
      root: call.root,
      ...(stage === undefined ? {} : { stage }),
      ...(port === undefined ? {} : { port }),
      ...(call.values['mock'] === true ? { mock: { seed: seedOption(call) } } : {}),
      inMemory: call.values['in-memory'] === true,
      tasks: { ticks: true },
      watch: call.values['no-watch'] !== true,
      log: lines.add,
      onReload: (event) => say(event.ok ? output.print : output.printError, reloadLine(event)),
    })
    if (!isJson) say(output.print, banner(running))
    // For the first change.
    if (isKept && call.values['no-watch'] !== true) warm()
    await stopped
    if (!isJson) say(output.print, 'Stopping: requests that run are answered, then the data is closed.')
    await running.stop()
    lines.flush()
    return 0
  },
}

function portOption(call: CommandCall): number | undefined {
  const text = textOption(call, 'port')
  if (text === undefined) return undefined
  const port = Number(text)
  if (text !== '' && Number.isInteger(port) && port >= 0 && port <= 65535) return port
  throw misuse(`--port ${text} is no port`, 'use a whole number from 1 to 65535')
}

function seedOption(call: CommandCall): number {
  const text = textOption(call, 'seed') ?? '0'
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw misuse(`--seed ${text} is no seed`, 'use a whole number below a billion')
}

function banner({ addresses, project }: RunningProject): string {
  const [main, ...others] = addresses
  const lines = [
    `${project.config.name} is up, stage ${project.config.stage}`,
    `  service       ${main!.url}`,
    ...main!.apis.map((api) => `  docs          ${main!.url}/doc/${api}`),
    `  health check  ${main!.url}/ping`,
    ...others.map(({ name, url }) => `  ${name.padEnd(12)}  ${url}`),
    'Ctrl-C stops it.',
  ]
  return lines.join('\n')
}

function reloadLine(event: ReloadEvent): string {
  const what = [...event.changes].sort().join(', ')
  return event.ok ? `Loaded the change of ${what} in ${event.milliseconds} ms` : `The change of ${what} is faulty; the last good build keeps answering:\n${event.faults}`
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      // A second signal ends the process at once, for when a request does not come to its end.
      process.once(signal, () => {
        resolve()
        process.once(signal, () => process.exit(130))
      })
    }
    whenAbandoned(resolve)
  })
}

// A signal to npm ends npm and its shell, but does not reach what they started; that npm is gone shows in a new parent.
function whenAbandoned(stop: () => void): void {
  if (env('npm_lifecycle_event') === undefined) return
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && stop(), 250).unref()
}
