// A storm of equal requests with one key from several processes, some of which are killed between their effect and its record.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { ensureTables, openDatabase } from '../../src/persist/index.ts'
import { openLocalDynamo } from '../../src/platform/local/index.ts'
import { storeDefinition } from '../../src/store/index.ts'

interface Said {
  effect?: string
  status?: number
  text?: string
}

/** Runs the storm: one effect is recorded, each kill leaves one that is not, and every answer is the same to the last byte. */
export async function keyStorm({ processes, requests, kills }: { processes: number; requests: number; kills: number }): Promise<void> {
  const dynamo = await openLocalDynamo({ memory: true })
  const database = openDatabase({ endpoint: dynamo.endpoint, credentials: dynamo.credentials, prefix: 'test-' })
  try {
    await ensureTables(database, [storeDefinition])
    const each = Math.ceil(requests / processes)
    const seen: Said[] = []
    let left = kills
    const run = (count: number): Promise<void> => new Promise((resolve, reject) => {
      const child = spawn(process.execPath, ['--conditions=klue-source', '--import', 'tsx', fileURLToPath(new URL('./key-storm-worker.ts', import.meta.url))], { env: { ...process.env, STORM_ENDPOINT: dynamo.endpoint, STORM_CREDENTIALS: JSON.stringify(dynamo.credentials), STORM_REQUESTS: String(count), STORM_KEY: 'one-key' }, stdio: ['ignore', 'pipe', 'inherit'] })
      let answered = 0
      createInterface({ input: child.stdout }).on('line', (line) => {
        const said = JSON.parse(line) as Said
        seen.push(said)
        if (said.text !== undefined) answered += 1
        else if (said.effect !== undefined && left > 0) {
          left -= 1
          child.kill('SIGKILL')
        }
      })
      child.once('error', reject)
      // Who was killed comes again, with what it still had to send.
      child.once('close', (code, signal) => (signal === 'SIGKILL' ? run(count - answered).then(resolve, reject) : code === 0 ? resolve() : reject(new Error(`a process of the storm ended with ${code}`))))
    })
    await Promise.all(Array.from({ length: processes }, () => run(each)))
    const effects = seen.flatMap(({ effect }) => (effect === undefined ? [] : [effect]))
    const answers = seen.filter(({ text }) => text !== undefined)
    // A handler that a busy machine held up beyond its time may be taken over too.
    const late = seen.filter(({ status }) => status === 504).length
    assert.equal(left, 0, 'every kill met an attempt between its effect and its record')
    assert.ok(effects.length >= kills + 1 && effects.length <= kills + 1 + late, `${effects.length} effects, ${kills} kills, ${late} late`)
    assert.equal(answers.length, each * processes)
    const distinct = [...new Set(answers.map(({ status, text }) => `${status} ${text}`))]
    assert.equal(distinct.length, 1, distinct.join('\n'))
    assert.ok(effects.some((effect) => distinct[0] === `200 ${JSON.stringify({ effect })}`), distinct[0])
  } finally {
    database.close()
    await dynamo.close()
  }
}
