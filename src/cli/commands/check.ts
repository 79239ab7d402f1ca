// klue check: every fault of configuration, documents and handlers at once.
import { type Fault, formatFault, isUsageError } from '../../errors/index.ts'
import { type Command, type CommandCall, jsonOption, stageOption, textOption } from '../command.ts'

export const check: Command = {
  name: 'check',
  arguments: '',
  summary: 'Finds every fault in configuration, documents and handlers.',
  options: { stage: stageOption, json: jsonOption },
  async run(call) {
    const { faults, summary } = await findFaults(call)
    if (call.values['json'] === true) call.output.printJson({ faults })
    else if (faults.length === 0) call.output.print(summary)
    else for (const fault of faults) call.output.printError(formatFault(fault))
    if (faults.length > 0 && call.values['json'] !== true) call.output.printError(`${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`)
    return faults.length === 0 ? 0 : 1
  },
}

async function findFaults(call: CommandCall): Promise<{ faults: Fault[]; summary: string }> {
  const [{ loadConfig }, { checkApis, readApis, generate }] = await Promise.all([import('../../config/build.ts'), import('../../spec/index.ts')])
  const stage = textOption(call, 'stage')
  const faults: Fault[] = []
  let name = ''
  await gather(faults, () => {
    name = loadConfig({ root: call.root, ...(stage === undefined ? {} : { stage }) }).config.name
  })
  let count = 0
  await gather(faults, async () => {
    const documents = await readApis(call.root)
    count = documents.length
    faults.push(...checkApis(documents))
  })
  if (faults.length === 0) {
    await gather(faults, async () => {
      await generate(call.root, {})
      faults.push(...(await handlerFaults(call.root, name)))
    })
  }
  return { faults, summary: `${count} ${count === 1 ? 'document' : 'documents'} and their handlers: no faults` }
}

async function handlerFaults(root: string, name: string): Promise<Fault[]> {
  const [{ checkHandlers, findEntries, importServices }, { openLocalBundler }, { join }] = await Promise.all([import('../../dev/index.ts'), import('../../bundle/index.ts'), import('node:path')])
  const bundler = await openLocalBundler({ root, entries: findEntries(root, name), folder: join(root, '.klue', 'check') })
  try {
    const { modules } = await bundler.build()
    return checkHandlers(root, await importServices(modules))
  } finally {
    await bundler.dispose()
  }
}

async function gather(faults: Fault[], step: () => unknown): Promise<void> {
  try {
    await step()
  } catch (error) {
    if (!isUsageError(error)) throw error
    faults.push(...error.faults)
  }
}
