// What the line of a request costs: the same function without it, with it, and with bodies and headers in it, in turns.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { secret } from './events.mjs'
import { rowOf } from './lives.mjs'
import { wholeLife, work } from './targets.mjs'
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
  const runs = inTurns(folders, quick ? 3 : 15, { run: (folder) => probe(join(folder, 'index.mjs'), { env: { BENCH_MODE: 'life', BENCH_REQUESTS: String(wholeLife) } }) })
  return Object.fromEntries(Object.entries(runs).map(([name, results]) => [name, { coldMs: median(results.map(({ cold }) => cold)), ...rowOf(results.map(({ hundreds }) => hundreds)) }]))
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
  const { plainNodeModules } = await import('../src/bundle/node-modules.ts')
  const { writeWithOneStart } = await import('../src/bundle/one-start.ts')
  const { packApi } = await import('../src/bundle/pack-api.ts')
  const { slimOpenapiBackend } = await import('../src/bundle/slim.ts')
  const stubs = { 'make-record': 'export const requestRecord = () => undefined, unfinishedRecord = () => undefined', 'line-writer': 'export const lineWriter = () => () => undefined' }
  const replaced = new Set()
  const withoutLines = {
    name: 'bench-without-lines',
    setup({ onLoad }) {
      onLoad({ filter: /src[\\/]runtime[\\/]line[\\/](make-record|line-writer)\.ts$/ }, ({ path }) => {
        const name = basename(path, '.ts')
        replaced.add(name)
        return { contents: stubs[name] }
      })
    },
  }
  const compiled = new Set()
  const banner = "import { createRequire as klueRequire } from 'node:module'; const require = klueRequire(import.meta.url);"
  const options = { absWorkingDir: join(work, 'services', '3'), platform: 'node', target: 'node20', format: 'esm', minify: true, sourcemap: 'linked', logLevel: 'silent' }
  const first = await build({ ...options, entryPoints: ['functions/api.ts'], outdir: folder, entryNames: 'index', outExtension: { '.js': '.mjs' }, bundle: true, splitting: true, conditions: ['klue-source'], mainFields: ['module', 'main'], banner: { js: banner }, write: false, metafile: true, plugins: [withoutLines, plainNodeModules(), generatedApis(async (path) => void compiled.add(path)), slimOpenapiBackend()] })
  // Files move: a stub that replaces nothing would measure lines as none.
  if (replaced.size !== Object.keys(stubs).length) throw new Error(`only ${[...replaced].join(' and ') || 'nothing'} was replaced`)
  await writeWithOneStart(first, { folder, entry: 'index.mjs', banner, options })
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
