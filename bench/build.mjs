// Makes what is measured: klue's function for each size, and a bundle of each peer.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { documentForPeers, documentOf } from './documents.mjs'
import { secret } from './events.mjs'
import { here, moduleOf, sizes, targets, work } from './targets.mjs'

const root = join(here, '..')

/** The operations that a target answers beside the measured one, where statuses are compared. */
export const compared = ['repos/get', 'issues/list-for-repo', 'issues/create', 'issues/update', 'repos/compare-commits', 'pulls/list', 'git/get-ref', 'users/get-by-username', 'search/repos', 'gists/create', 'repos/get-content', 'reactions/create-for-issue']

/** Generates and bundles klue's services; gives the milliseconds of each generation. */
export async function buildKlue({ generate, bundleFunction, only = sizes }) {
  // Not above: processes that are measured load this file without the loader of TypeScript.
  const { compileConfig } = await import('../src/config/build.ts')
  const times = {}
  for (const size of only) {
    const project = join(work, 'services', size)
    rmSync(project, { recursive: true, force: true })
    mkdirSync(join(project, 'apis'), { recursive: true })
    mkdirSync(join(project, 'functions'), { recursive: true })
    mkdirSync(join(project, 'node_modules'))
    symlinkSync(root, join(project, 'node_modules', 'klue'), 'junction')
    writeFileSync(join(project, 'package.json'), '{ "name": "bench-service", "type": "module" }')
    writeFileSync(join(work, `${size}.json`), JSON.stringify(documentForPeers(size)))
    const file = join(project, 'apis', 'api.json')
    writeFileSync(file, JSON.stringify(documentOf(size), undefined, 1))
    const answers = (size === 'gh' ? compared : []).map((id) => `${JSON.stringify(id)}: () => ({ total: 0 }),`).join(' ')
    writeFileSync(join(project, 'functions', 'api.ts'), `import { toLambda } from 'klue/lambda'\nimport { defineService } from 'klue/runtime'\nimport { api } from './gen/api.ts'\nconst handlers = { ${answers} benchTarget: ({ body }) => ({ total: body.items.length }) }\nexport const handler = toLambda(defineService({ spec: api, handlers: handlers as never }))\n`)
    times[size] = await timesOf({ generate, project, file })
    await bundleFunction({ root: project, entry: 'functions/api.ts', folder: join(work, 'klue', size) })
    writeFileSync(join(work, 'klue', size, 'klue-config.json'), JSON.stringify(compileConfig({ stage: 'bench', values: { name: 'bench', jwt_secret: secret, live: true, live_host: 'bench.example.com' }, places: {} })))
  }
  return times
}

async function timesOf({ generate, project, file }) {
  const timed = async () => {
    const started = performance.now()
    await generate(project)
    return performance.now() - started
  }
  const fromNothing = await timed()
  const changed = readFileSync(file, 'utf8').replace('"operationId": "benchTarget"', '"summary": "changed", "operationId": "benchTarget"').replace('"maximum": 100', '"maximum": 99')
  writeFileSync(file, changed)
  return { fromNothing, afterOneChange: await timed(), unchanged: await timed() }
}

// CommonJS packages inside an ES module call require.
const requireShim = "import { createRequire as benchRequire } from 'node:module'; const require = benchRequire(import.meta.url);"

/** Bundles the peers as klue is: one minified ES module each. Gives those that could not be. */
export async function buildPeers(only = sizes) {
  const missing = {}
  for (const size of only) for (const target of targets.filter(({ name }) => name !== 'klue')) {
    await bundlePeer(target.name, moduleOf(target, size), routesOf(size)).catch((error) => {
      missing[`${target.name}, ${size}`] = error.message.split('\n')[0]
    })
  }
  return missing
}

// klue and its peers call the same client, whatever copies of it lie about.
const oneSdk = { '@aws-sdk/client-dynamodb': join(here, 'node_modules/@aws-sdk/client-dynamodb') }

/** Bundles one peer into a file. */
export async function bundlePeer(name, outfile, routes = []) {
  await build({ entryPoints: [join(here, 'peers', `${name}.mjs`)], outfile, bundle: true, platform: 'node', target: 'node20', format: 'esm', minify: true, logLevel: 'silent', mainFields: ['module', 'main'], banner: { js: requireShim }, alias: oneSdk, plugins: [inlineRoutes(routes)] })
  // Read beside its module by the checker of documents that fastify-openapi-glue brings along.
  if (name.startsWith('fastify')) cpSync(join(here, 'node_modules/@seriousme/openapi-schema-validator/schemas'), join(outfile, '..', 'schemas'), { recursive: true })
}

// The peers whose routes are written in code have them in their code.
function inlineRoutes(routes) {
  return {
    name: 'bench-routes',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^bench:routes$/ }, ({ path }) => ({ path, namespace: 'bench' }))
      onLoad({ filter: /.*/, namespace: 'bench' }, () => ({ contents: `export const otherRoutes = ${JSON.stringify(routes)}` }))
    },
  }
}

// Method and path with `:names` of every operation but the measured one.
function routesOf(size) {
  const { paths } = documentOf(size)
  return Object.entries(paths).filter(([path]) => !path.startsWith('/bench/') && !/\}[^/]/.test(path) && !/[^/]\{/.test(path)).flatMap(([path, item]) => Object.keys(item).filter((method) => ['get', 'post', 'put', 'patch', 'delete'].includes(method)).map((method) => [method, path.replace(/\{([^}]*)\}/g, (_, name) => `:${name.replaceAll('-', '_')}`)]))
}

// The module and what it imports at once; what it imports on first use is read then.
function startOf(folder) {
  const found = new Set(['index.mjs'])
  for (const file of found) for (const [, imported] of readFileSync(join(folder, file), 'utf8').matchAll(/(?:from|import)"\.\/([\w.-]+\.mjs)"/g)) found.add(imported)
  return found
}

/** Bytes of klue's function: all files, raw and gzipped one by one, and its modules without SDK and token signing. */
export function bytesOf(size) {
  const folder = join(work, 'klue', size)
  const files = readdirSync(folder, { recursive: true }).filter((file) => statSync(join(folder, file)).isFile() && !file.endsWith('.map') && !/klue-config|\.ms$/.test(file))
  const sum = (wanted, measure) => files.filter(wanted).reduce((total, file) => total + measure(join(folder, file)), 0)
  const start = startOf(folder)
  const isStart = (file) => start.has(file)
  const isApi = (file) => file.startsWith('api')
  const zipped = (path) => gzipSync(readFileSync(path), { level: 9 }).length
  return { runtime: sum(isStart, (path) => statSync(path).size), runtimeGzipped: sum(isStart, zipped), api: sum(isApi, (path) => statSync(path).size), apiGzipped: sum(isApi, zipped), loadedOnUse: sum((file) => !isStart(file) && !isApi(file), (path) => statSync(path).size), loadedOnUseGzipped: sum((file) => !isStart(file) && !isApi(file), zipped) }
}
