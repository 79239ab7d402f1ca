// Every fault of a project at once: configuration, documents, functions, and what binds them.
import { join } from 'node:path'
import { findEntries, openLocalBundler } from '../bundle/index.ts'
import { loadConfig } from '../config/build.ts'
import { migrationFaults } from '../data/work.ts'
import { checkStart } from '../entries/index.ts'
import { type Fault, isUsageError } from '../errors/index.ts'
import { checkApis, noticesOf, readApis } from '../openapi/index.ts'
import { checkDatabase } from './check-database.ts'
import { generateProject } from './generate-project.ts'
import { processFolder } from './process-folder.ts'

export interface CheckedProject {
  faults: Fault[]
  /** What is told without being refused. */
  notices: Fault[]
  /** How many documents were read. */
  documents: number
}

/** Checks a project. Handlers are looked at only where configuration and documents are without fault: they build on both. */
export async function checkProject(root: string, { stage, mock }: { stage?: string | undefined; mock?: boolean } = {}): Promise<CheckedProject> {
  const faults: Fault[] = []
  const loaded = await gather(faults, () => loadConfig({ root, ...(stage === undefined ? {} : { stage }) }))
  const config = loaded?.config
  const documents = (await gather(faults, () => readApis(root))) ?? []
  faults.push(...checkApis(documents), ...migrationFaults(root))
  const database = faults.length === 0 ? await checkDatabase(config!, documents) : { faults: [], notices: [] }
  if (faults.length === 0) await gather(faults, async () => faults.push(...(await handlerFaults(root, { name: config!.name, stage }))))
  faults.push(...database.faults)
  // What a mock answers needs neither handler nor security check; a handler without operation is a mistake all the same.
  return { faults: mock === true || config?.mock === true ? faults.filter(({ code }) => code !== 'handler-missing' && code !== 'security-handler-missing') : faults, notices: [...(loaded?.notices ?? []), ...noticesOf(documents.filter(({ document }) => document !== undefined)), ...database.notices], documents: documents.length }
}

async function handlerFaults(root: string, { name, stage }: { name: string; stage: string | undefined }): Promise<Fault[]> {
  await generateProject(root, stage === undefined ? {} : { stage })
  const bundler = await openLocalBundler({ root, entries: findEntries(root, name), folder: await processFolder(join(root, '.klue', 'check')) })
  try {
    const { modules } = await bundler.build()
    return await checkStart({ root, stage, modules })
  } finally {
    await bundler.dispose()
  }
}

async function gather<Result>(faults: Fault[], step: () => Result | Promise<Result>): Promise<Result | undefined> {
  try {
    return await step()
  } catch (error) {
    if (!isUsageError(error)) throw error
    faults.push(...error.faults)
    return undefined
  }
}
