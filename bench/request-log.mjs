// What the line of a request costs: the same function without it, with it, and with bodies and headers in it, in turns.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { work } from './build.mjs'
import { secret } from './events.mjs'
import { inTurns, median, probe } from './turns.mjs'

/** Settings by variant; the one without lines is another bundle. */
const variants = {
  'no line': {},
  'line of a live stage': { live: true, live_host: 'bench.example.com', jwt_secret: secret },
  'line with bodies and headers': { log_data_level: 'info', log_result_level: 'info', log_headers_level: 'info' },
}

/** Medians of fresh processes and of warm requests, by variant; needs the function that buildKlue made for 3 operations. */
export async function measureRequestLog({ quick }) {
  const folders = await makeFolders()
  const runs = inTurns(folders, quick ? 5 : 15, (folder) => probe(join(folder, 'index.mjs'), { BENCH_MODE: 'warm', BENCH_REQUESTS: String(quick ? 2000 : 4000) }))
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

// node --conditions=klue-source --import tsx bench/request-log.mjs [--quick]: only this part.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { buildKlue } = await import('./build.mjs')
  const { bundleFunction } = await import('../src/bundle/index.ts')
  const { generate } = await import('../src/openapi/index.ts')
  await buildKlue({ generate, bundleFunction, only: ['3'] })
  console.log(JSON.stringify(await measureRequestLog({ quick: process.argv.includes('--quick') }), undefined, 1))
}
