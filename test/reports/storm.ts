// A storm: many processes that report the same failure at once, through one store.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { openLocalDynamo } from '../../src/platform/local/index.ts'
import { countIncident, deliverOutgoing, sweepIncidents } from '../../src/reports/index.ts'
import { readIncident } from '../../src/store/index.ts'
import { crash, freshStore } from './sample.ts'

const run = promisify(execFile)
const noon = Date.parse('2026-03-01T12:00:00Z')

/** Lets processes report `failures` between them, each tenth of them twice, and checks count and messages. */
export async function storm({ processes, failures }: { processes: number; failures: number }): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'klue-storm-'))
  const dynamo = await openLocalDynamo({ memory: true })
  let now = noon
  const database = await freshStore(dynamo, () => now)
  try {
    const script = join(folder, 'storm.mjs')
    // As a bundle it starts in a fraction of the time.
    await build({ entryPoints: [fileURLToPath(new URL('storm-process.ts', import.meta.url))], outfile: script, bundle: true, platform: 'node', format: 'esm', conditions: ['klue-source'], banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url)' }, logLevel: 'error' })
    const shares = Array.from({ length: processes }, () => [] as string[])
    for (let number = 0; number < failures; number++) {
      shares[number % processes]!.push(`key-${number}`)
      if (number % 10 === 0) shares[(number + 1) % processes]!.push(`key-${number}`)
    }
    const told = await Promise.all(shares.map(async (keys) => {
      const { stdout } = await run(process.execPath, [script, JSON.stringify({ endpoint: dynamo.endpoint, credentials: dynamo.credentials, prefix: database.prefix, keys, start: noon })], { maxBuffer: 10_000_000 })
      return JSON.parse(stdout) as { id: string; kind: string }[]
    }))
    assert.deepEqual(told.flat().map(({ kind }) => kind), ['new'])
    await deliverOutgoing({ ...(await dueOf()), incident: (await incidentOf()) }, { database, channels: [] })
    assert.equal(await countIncident(database, await incidentOf()), failures)
    // The first five minutes of sweeps: one digest at most, and it has the number.
    now = noon + 5 * 60_000 + 60_000
    const later = await sweepIncidents(database)
    assert.deepEqual(later.map(({ kind, count, repeats }) => [kind, count, repeats]), [['digest', failures, failures - 1]])
  } finally {
    database.close()
    await dynamo.close()
    rmSync(folder, { recursive: true, force: true })
  }
  async function incidentOf(): Promise<NonNullable<Awaited<ReturnType<typeof readIncident>>>['incident']> {
    return (await readIncident(database, crash.fingerprint))!.incident
  }
  async function dueOf(): Promise<NonNullable<Awaited<ReturnType<typeof readIncident>>>['incident']['due'][number]> {
    return (await incidentOf()).due[0]!
  }
}
