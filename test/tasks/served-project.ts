// A klue dev of a task project in a process of its own, with short leases, for tests that kill it: `node … served-project.ts <root>`.
import { startProject } from '../../src/dev/index.ts'

const running = await startProject({ root: process.argv[2]!, port: 0, log: () => undefined, tasks: { leaseMs: 1500, sweepMs: 200 } })
process.stdout.write(`${running.addresses[0]!.url}\n`)
