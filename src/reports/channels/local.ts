// What a developer's machine gets: a file a message under `.klue/reports/`, and a line in the terminal.
import type { ReportChannel } from '../channel.ts'
import type { Outgoing } from '../incidents.ts'
import { titleOf } from '../message.ts'
import { toEmail } from './email.ts'
import { webhookPayload } from './webhook.ts'

/** Writes `<time>-<id>.txt` and `.json` into a folder, which it makes. */
export function fileChannel(folder: string): ReportChannel {
  return {
    name: 'file',
    accepts: () => true,
    async send(outgoing) {
      const [{ mkdir, writeFile }, { join }] = [process.getBuiltinModule('node:fs/promises'), process.getBuiltinModule('node:path')]
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const path = join(folder, `${outgoing.at.replaceAll(/[:.]/g, '-')}-${outgoing.id}`)
      await writeFile(`${path}.txt`, toEmail(outgoing).text, { mode: 0o600 })
      await writeFile(`${path}.json`, `${JSON.stringify(webhookPayload(outgoing), null, 2)}\n`, { mode: 0o600 })
    },
  }
}

/** Hands the title to a function, such as one that writes to the log. */
export function lineChannel(print: (title: string, outgoing: Outgoing) => void): ReportChannel {
  return {
    name: 'line',
    accepts: () => true,
    send: async (outgoing) => print(titleOf(outgoing), outgoing),
  }
}
