// One process of a storm of equal requests: sends them, key after key, says each effect and each answer, and may be killed at any moment.
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '../../src/persist/index.ts'
import { loadSpec } from '../../src/runtime/index.ts'
import { openTransfers, sent } from './idempotent-service.ts'
import type { LooseOperations } from './service-fixture.ts'

const { STORM_ENDPOINT: endpoint, STORM_CREDENTIALS: credentials, STORM_SPEC: folder, STORM_LEFT: asked } = process.env
const database = openDatabase({ endpoint: endpoint!, credentials: JSON.parse(credentials!) as { accessKeyId: string; secretAccessKey: string }, prefix: 'test-' })
const say = (what: object): void => void process.stdout.write(`${JSON.stringify(what)}\n`)

const { send } = await openTransfers({ database, now: { ms: 0 }, close: async () => undefined }, {
  storm: async (input, { idempotency }) => {
    const { note: key } = input.body as { note: string }
    const effect = `${key} ${process.pid}-${idempotency!.attempt}`
    say({ key, effect })
    // Between the effect and its record there is time for a kill.
    await sleep(300)
    return { effect }
  },
}, { now: Date.now, spec: await loadSpec<LooseOperations>(new URL(folder!)) })

const left = JSON.parse(asked!) as Record<string, number>
const openKeys = (): string[] => Object.keys(left).filter((key) => left[key]! > 0)
for (let open = openKeys(); open.length > 0; open = openKeys()) {
  let isHeldUp = true
  for (const key of open) {
    const { status, text } = await send('POST /storm', sent(key, { note: key }))
    // Neither is an answer of the handler: it is running, or took longer than the caller waited.
    if (status === 504) say({ key, status })
    if (status === 409 || status === 504) continue
    isHeldUp = false
    left[key]! -= 1
    say({ key, status, text })
  }
  if (isHeldUp) await sleep(100)
}
database.close()
