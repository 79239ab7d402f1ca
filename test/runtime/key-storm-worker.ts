// One process of a storm of equal requests: sends them one after the other, says each effect and each answer, and may be killed at any moment.
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '../../src/persist/index.ts'
import { openTransfers, sent } from './idempotent-service.ts'

const { STORM_ENDPOINT: endpoint, STORM_CREDENTIALS: credentials, STORM_REQUESTS: requests, STORM_KEY: key } = process.env
const database = openDatabase({ endpoint: endpoint!, credentials: JSON.parse(credentials!) as { accessKeyId: string; secretAccessKey: string }, prefix: 'test-' })
const say = (what: object): void => void process.stdout.write(`${JSON.stringify(what)}\n`)

const { send } = await openTransfers({ database, now: { ms: 0 }, close: async () => undefined }, {
  storm: async (_input, { idempotency }) => {
    const effect = `${process.pid}-${idempotency!.attempt}`
    say({ effect })
    // Between the effect and its record there is time for a kill.
    await sleep(300)
    return { effect }
  },
}, { now: Date.now })

for (let left = Number(requests); left > 0; ) {
  const { status, text } = await send('POST /storm', sent(key))
  // Neither is an answer of the handler: it is running, or took longer than the caller waited.
  if (status === 504) say({ status })
  if (status === 409 || status === 504) await sleep(100)
  else {
    left -= 1
    say({ status, text })
  }
}
database.close()
