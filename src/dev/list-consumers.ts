// The consumers of a project that does not run: its functions are loaded, its data stays closed.
import { embeddedData } from './embedded-data.ts'
import type { ListedConsumer } from './local-consumers.ts'
import { beginLocalProject } from './local-project.ts'

/** Lists them. Throws a UsageError with every fault of the project. */
export async function listConsumers(root: string): Promise<ListedConsumer[]> {
  const { project } = await beginLocalProject({ root, source: embeddedData, log: () => undefined })
  try {
    return project.consumers.list()
  } finally {
    await project.close()
  }
}
