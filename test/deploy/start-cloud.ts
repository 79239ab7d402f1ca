// A suite that has started its emulator and then hangs: what interrupt.test.ts ends.
import { startCloud } from './cloud.ts'

const { group, folder } = await startCloud('interrupted')
process.stdout.write(`${JSON.stringify({ group, folder })}\n`)
setInterval(() => undefined, 60_000)
