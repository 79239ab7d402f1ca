// What the first read of a secret costs a cold start: the same function with its signing key at hand and in Secrets Manager, beside the SDK.
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { here, work } from './build.mjs'
import { goodBody, targetPath } from './documents.mjs'
import { eventOf, secret } from './events.mjs'

/** Medians of fresh processes, by variant; needs the function that buildKlue made for 3 operations. */
export async function measureSecretRead({ quick }) {
  const variants = await makeVariants()
  const server = await startServer()
  try {
    const runs = Object.fromEntries(Object.keys(variants).map((name) => [name, []]))
    // In turns: what else the machine does then reaches all of them.
    for (let turn = 0; turn < (quick ? 5 : 15); turn += 1) for (const [name, variant] of Object.entries(variants)) runs[name].push(probe(variant, server.url))
    return Object.fromEntries(Object.entries(runs).map(([name, results]) => [name, { status: results[0].status, coldMs: median(results.map(({ cold }) => cold)) }]))
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
    const file = join(work, 'secret-read', `${name}.cjs`)
    await build({ entryPoints: [join(here, 'peers', `${name}.mjs`)], outfile: file, bundle: true, platform: 'node', target: 'node20', format: 'cjs', minify: true, logLevel: 'silent', mainFields: ['main', 'module'] })
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

function probe({ file, env: own = {} }, url) {
  const aws = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench', AWS_ENDPOINT_URL_SECRETS_MANAGER: url }
  const env = { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'production', BENCH_FILE: file, BENCH_MODE: 'cold', BENCH_EVENT: JSON.stringify(eventOf('POST', `${targetPath.replace('{tenant}', 'shop').replace('{number}', '12')}?dry_run=true&limit=5&tags=a`, { body: goodBody })), LAMBDA_TASK_ROOT: join(file, '..'), ...aws, ...own }
  const command = [process.execPath, join(here, 'probe.mjs')]
  const [first, ...rest] = existsSync('/usr/bin/taskset') ? ['taskset', '-c', '1', ...command] : command
  const { stderr } = spawnSync(first, rest, { env, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'], timeout: 120_000 })
  const line = stderr.split('\n').find((text) => text.startsWith('BENCH '))
  if (line === undefined) throw new Error(`${basename(file)}: ${stderr.slice(-1000)}`)
  return JSON.parse(line.slice('BENCH '.length))
}

function median(values) {
  return [...values].sort((one, other) => one - other)[values.length >> 1]
}

// node --conditions=klue-source --import tsx bench/secret-read.mjs [--quick]: only this part.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { buildKlue } = await import('./build.mjs')
  const { bundleFunction } = await import('../src/bundle/index.ts')
  const { generate } = await import('../src/spec/index.ts')
  await buildKlue({ generate, bundleFunction, only: ['3'] })
  console.log(JSON.stringify(await measureSecretRead({ quick: process.argv.includes('--quick') }), undefined, 1))
}
