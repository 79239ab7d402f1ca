// What the line of a request costs: the same function without it, with it, and with bodies and headers in it, in turns.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { here, work } from './build.mjs'
import { goodBody, targetPath } from './documents.mjs'
import { eventOf, secret } from './events.mjs'

/** Settings by variant; the one without lines is another bundle. */
const variants = {
  'no line': {},
  'line of a live stage': { live: true, live_host: 'bench.example.com', jwt_secret: secret },
  'line with bodies and headers': { log_data_level: 'info', log_result_level: 'info', log_headers_level: 'info' },
}

/** Medians of fresh processes and of warm requests, by variant; needs the function that buildKlue made for 3 operations. */
export async function measureRequestLog({ quick }) {
  const folders = await makeFolders()
  const runs = Object.fromEntries(Object.keys(variants).map((name) => [name, []]))
  // In turns: what else the machine does then reaches all of them.
  for (let turn = 0; turn < (quick ? 5 : 15); turn += 1) for (const name of Object.keys(variants)) runs[name].push(probe(folders[name], quick ? 2000 : 4000))
  return Object.fromEntries(Object.entries(runs).map(([name, results]) => [name, { status: results[0].status, coldMs: median(results.map(({ cold }) => cold)), warmUs: median(results.map(({ warm }) => warm)) }]))
}

async function makeFolders() {
  const { compileConfig } = await import('../src/config/build.ts')
  const folders = {}
  for (const [name, values] of Object.entries(variants)) {
    const folder = join(work, 'request-log', name.replaceAll(' ', '-'))
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    cpSync(join(work, 'klue', '3'), folder, { recursive: true })
    writeFileSync(join(folder, 'klue-config.json'), JSON.stringify(compileConfig({ stage: 'bench', values: { name: 'bench', jwt_secret: secret, ...values }, places: {} })))
    folders[name] = folder
  }
  await bundleWithoutLines(folders['no line'])
  return folders
}

// As bundleFunction does it, with nothing in the place of what makes and writes a line.
async function bundleWithoutLines(folder) {
  const { generatedApis } = await import('../src/bundle/generated.ts')
  const { packApi } = await import('../src/bundle/pack-api.ts')
  const { slimOpenapiBackend } = await import('../src/bundle/slim.ts')
  const withoutLines = {
    name: 'bench-without-lines',
    setup({ onLoad }) {
      onLoad({ filter: /runtime[\\/]make-record\.[jt]s$/ }, () => ({ contents: 'export const requestRecord = () => undefined, unfinishedRecord = () => undefined' }))
      onLoad({ filter: /runtime[\\/]line-writer\.[jt]s$/ }, () => ({ contents: 'export const lineWriter = () => () => undefined' }))
    },
  }
  const compiled = new Set()
  await build({ absWorkingDir: join(work, 'services', '3'), entryPoints: ['functions/api.ts'], outdir: folder, entryNames: 'index', outExtension: { '.js': '.mjs' }, bundle: true, splitting: true, platform: 'node', target: 'node20', format: 'esm', conditions: ['klue-source'], mainFields: ['module', 'main'], banner: { js: "import { createRequire as klueRequire } from 'node:module'; const require = klueRequire(import.meta.url);" }, minify: true, logLevel: 'silent', plugins: [withoutLines, generatedApis(async (path) => void compiled.add(path)), slimOpenapiBackend()] })
  for (const path of compiled) await packApi(path, join(folder, basename(path)))
}

function probe(folder, requests) {
  const env = { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'production', BENCH_FILE: join(folder, 'index.mjs'), BENCH_MODE: 'warm', BENCH_REQUESTS: String(requests), BENCH_EVENT: JSON.stringify(eventOf('POST', `${targetPath.replace('{tenant}', 'shop').replace('{number}', '12')}?dry_run=true&limit=5&tags=a`, { body: goodBody })), LAMBDA_TASK_ROOT: folder }
  const command = [process.execPath, join(here, 'probe.mjs')]
  const [first, ...rest] = existsSync('/usr/bin/taskset') ? ['taskset', '-c', '1', ...command] : command
  const { stderr } = spawnSync(first, rest, { env, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'], timeout: 120_000 })
  const line = stderr.split('\n').find((text) => text.startsWith('BENCH '))
  if (line === undefined) throw new Error(`${basename(folder)}: ${stderr.slice(-1000)}`)
  return JSON.parse(line.slice('BENCH '.length))
}

function median(values) {
  return [...values].sort((one, other) => one - other)[values.length >> 1]
}

// node --conditions=klue-source --import tsx bench/request-log.mjs [--quick]: only this part.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { buildKlue } = await import('./build.mjs')
  const { bundleFunction } = await import('../src/bundle/index.ts')
  const { generate } = await import('../src/spec/index.ts')
  await buildKlue({ generate, bundleFunction, only: ['3'] })
  console.log(JSON.stringify(await measureRequestLog({ quick: process.argv.includes('--quick') }), undefined, 1))
}
