// What the first read of a secret costs a cold start: the same function with its signing key at hand and in Secrets Manager, beside the SDK.
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundlePeer } from './build.mjs'
import { secret } from './events.mjs'
import { here, work } from './targets.mjs'
import { inTurns, median, probe } from './turns.mjs'

/** Medians of fresh processes, by variant; needs the function that buildKlue made for 3 operations. */
export async function measureSecretRead({ quick }) {
  const variants = await makeVariants()
  const server = await startServer()
  try {
    const aws = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench', AWS_ENDPOINT_URL_SECRETS_MANAGER: server.url }
    const runs = inTurns(variants, quick ? 5 : 15, { run: ({ file, env }) => probe(file, { env: { BENCH_MODE: 'cold', ...aws, ...env } }) })
    return Object.fromEntries(Object.entries(runs).map(([name, results]) => [name, { status: results[0].answers[0].status, coldMs: median(results.map(({ coldWall }) => coldWall)) }]))
  } finally {
    server.stop()
  }
}

async function makeVariants() {
  const { compileConfig } = await import('../src/config/build.ts')
  const folderOf = (name, values) => {
    const folder = join(work, 'secret-read', name)
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    cpSync(join(work, 'klue', '3'), folder, { recursive: true })
    writeFileSync(join(folder, 'klue-config.json'), JSON.stringify(compileConfig({ stage: 'bench', values: { name: 'bench', live: true, live_host: 'bench.example.com', ...values }, places: {} })))
    return { file: join(folder, 'index.mjs') }
  }
  const peer = async (name) => {
    const file = join(work, 'secret-read', name, 'index.mjs')
    await bundlePeer(name, file)
    return { file }
  }
  return {
    'klue, signing key at hand': folderOf('at-hand', { jwt_secret: secret }),
    'klue, signing key in Secrets Manager': { ...folderOf('read', {}), env: { KLUE_SECRETS: 'jwt_secret' } },
    'bare handler': await peer('bare'),
    'bare handler, SDK for DynamoDB and Secrets Manager': await peer('secret-sdk'),
  }
}

// In a process of its own: it must not wait for the loop of the measured one.
async function startServer() {
  const child = spawn(process.execPath, [join(here, 'secret-server.mjs'), secret], { stdio: ['ignore', 'pipe', 'inherit'] })
  const port = await new Promise((resolve, reject) => {
    child.stdout.once('data', (data) => resolve(String(data).trim()))
    child.once('exit', () => reject(new Error('the server of secrets ended')))
  })
  return { url: `http://127.0.0.1:${port}`, stop: () => child.kill() }
}

// node --conditions=klue-source --import tsx bench/secret-read.mjs [--quick]: only this part.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { buildKlue } = await import('./build.mjs')
  const { bundleFunction } = await import('../src/bundle/index.ts')
  const { generate } = await import('../src/openapi/index.ts')
  await buildKlue({ generate, bundleFunction, only: ['3'] })
  console.log(JSON.stringify(await measureSecretRead({ quick: process.argv.includes('--quick') }), undefined, 1))
}
