// klue events: the consumers of a project, and messages that are sent to them by hand.
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { messageOf, visibleLine } from '../../errors/index.ts'
import type { ListedConsumer, SentResult } from '../../dev/index.ts'
import { type Command, type CommandCall, jsonOption } from '../command.ts'
import { misuse } from '../run.ts'

export const events: Command = {
  name: 'events',
  arguments: 'list|send [<consumer>] [<file>]',
  summary: 'Lists the consumers of the project, and runs messages for one of them, in the running klue dev or here.',
  options: { json: jsonOption },
  async run(call) {
    const [action, name, file, ...more] = call.positionals
    if (action === 'list' && name === undefined) return list(call)
    if (action !== 'send') throw misuse('klue events wants to be told what to do', 'for example "klue events list"')
    if (name === undefined || file === undefined || more.length > 0) throw misuse('klue events send wants a consumer and a file', 'for example "klue events send orders order.json", or - for what comes on stdin')
    return send(call, name, await readValue(file))
  },
}

async function list(call: CommandCall): Promise<number> {
  const { consumers = [] } = await ask(call, {})
  if (call.values['json'] === true) call.output.printJson(consumers)
  else if (consumers.length === 0) call.output.print('The project has no consumers')
  else for (const one of consumers) call.output.print(visibleLine(`${one.name.padEnd(20)}  ${one.source}${one.schema === undefined ? '' : `  ${one.schema}`}`))
  return 0
}

async function send(call: CommandCall, consumer: string, value: unknown): Promise<number> {
  const { results = [] } = await ask(call, { consumer, value })
  if (call.values['json'] === true) call.output.printJson(results)
  else for (const one of results) call.output.print(visibleLine(`${one.result.padEnd(8)}  ${one.id}${wordsOf(one)}`))
  return results.some(({ result }) => result === 'failed' || result === 'dead') ? 1 : 0
}

function wordsOf({ result, error, description }: SentResult): string {
  if (error !== undefined) return `  ${error} ${description ?? ''}`
  return result === 'filtered' ? '  does not fit what the consumer takes' : result === 'failed' ? '  is run elsewhere, or follows one that failed' : ''
}

// Its data belongs to the running server where there is one; else the project is opened here for the moment.
async function ask(call: CommandCall, wish: { consumer?: string; value?: unknown }): Promise<{ consumers?: ListedConsumer[]; results?: SentResult[] }> {
  const { askRunning, findRunning, listConsumers, openLocalProject, toReadable } = await import('../../dev/index.ts')
  const running = findRunning(call.root)
  if (running !== undefined) return askRunning(running, wish)
  if (wish.consumer === undefined) return { consumers: await listConsumers(call.root) }
  const project = await openLocalProject({ root: call.root, log: (record) => call.output.printError(toReadable(record, call.output)) })
  try {
    return { results: await project.consumers.send(wish.consumer, wish.value) }
  } finally {
    await project.close()
  }
}

async function readValue(file: string): Promise<unknown> {
  let content: string
  try {
    content = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8')
  } catch (cause) {
    throw misuse(`the file ${file} cannot be read (${(cause as NodeJS.ErrnoException).code ?? messageOf(cause)})`)
  }
  try {
    return JSON.parse(content)
  } catch (cause) {
    throw misuse(`${file === '-' ? 'what came on stdin' : `the file ${file}`} is no JSON: ${messageOf(cause)}`)
  }
}
