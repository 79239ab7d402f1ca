// What an idempotency key costs a POST: klue and Powertools, each with and without, in turns, on the same table service.
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inOneProcess, startServer, turnsOf } from './beside-tables.mjs'
import { bundlePeer } from './build.mjs'
import { documentOf, targetPath } from './documents.mjs'
import { secret } from './events.mjs'
import { here, work } from './targets.mjs'
import { isPinned, measured, measuredBody, median } from './turns.mjs'

/** Who answers, by name in the tables. */
export const keyPeers = { 'klue-plain': '**klue**, plain POST', 'klue-key': '**klue**, a new key each time', 'powertools-plain': 'Powertools event handler, zod, logger, plain POST', 'powertools-key': '… with Powertools idempotency, a new key each time' }
const keyedPath = targetPath.replace('/bench/', '/keyed/')

/** Microseconds of processor time a request, and how much of that the key takes, by name. */
export async function measureKeyCalls({ quick }) {
  const folder = join(work, 'key-calls')
  const klue = await buildKeyed(folder)
  const files = { 'klue-plain': klue, 'klue-key': klue }
  for (const [name, peer] of [['powertools-plain', 'powertools-work'], ['powertools-key', 'keys-powertools']]) await bundlePeer(peer, (files[name] = join(folder, peer, 'index.mjs')))
  const keyed = { ...measured, rawPath: measured.rawPath.replace('/bench/', '/keyed/'), requestContext: { ...measured.requestContext, http: { ...measured.requestContext.http, path: measured.rawPath.replace('/bench/', '/keyed/') } } }
  const events = { 'klue-plain': measured, 'klue-key': keyed, 'powertools-plain': measured, 'powertools-key': measured }
  const server = await startServer()
  const { all, early } = turnsOf(quick)
  try {
    const times = inOneProcess('key-turns.mjs', files, { BENCH_EVENTS: JSON.stringify(events), BENCH_BODY: measuredBody, BENCH_TURNS: String(all), LAMBDA_TASK_ROOT: join(folder, 'klue'), KLUE_TABLE_PREFIX: 'bench-', AWS_ENDPOINT_URL_DYNAMODB: server.endpoint, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: server.credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: server.credentials.secretAccessKey })
    const late = (name) => times[name].slice(early)
    return Object.fromEntries(Object.keys(keyPeers).map((name) => [name, { us: median(late(name)), keyUs: name.endsWith('-key') ? median(late(name).map((time, turn) => time - late(name.replace('-key', '-plain'))[turn])) : undefined, ratio: median(late(name).map((time, turn) => time / late('klue-key')[turn])) }]))
  } finally {
    server.stop()
  }
}

// The measured operation, and once more with a key that is required.
async function buildKeyed(folder) {
  const { compileConfig } = await import('../src/config/build.ts')
  const { bundleFunction } = await import('../src/bundle/index.ts')
  const { generate } = await import('../src/openapi/index.ts')
  const [project, built] = [join(folder, 'service'), join(folder, 'klue')]
  rmSync(project, { recursive: true, force: true })
  for (const name of ['apis', 'functions', 'node_modules']) mkdirSync(join(project, name), { recursive: true })
  symlinkSync(join(here, '..'), join(project, 'node_modules', 'klue'), 'junction')
  writeFileSync(join(project, 'package.json'), '{ "name": "bench-keys", "type": "module" }')
  const document = documentOf('3')
  document.paths[keyedPath] = { post: { ...document.paths[targetPath].post, 'operationId': 'keyed', 'x-klue-idempotency': 'required' } }
  writeFileSync(join(project, 'apis', 'api.json'), JSON.stringify(document, undefined, 1))
  writeFileSync(join(project, 'functions', 'api.ts'), "import { toLambda } from 'klue/lambda'\nimport { defineService } from 'klue/runtime'\nimport { api } from './gen/api.ts'\nconst answer = ({ body }) => ({ total: body.items.length })\nexport const handler = toLambda(defineService({ spec: api, handlers: { benchTarget: answer, keyed: answer } as never }))\n")
  await generate(project)
  await bundleFunction({ root: project, entry: 'functions/api.ts', folder: built })
  writeFileSync(join(built, 'klue-config.json'), JSON.stringify(compileConfig({ stage: 'bench', values: { name: 'bench', jwt_secret: secret, live: true, live_host: 'bench.example.com' }, places: {} })))
  return join(built, 'index.mjs')
}

// node --conditions=klue-source --import tsx bench/key-calls.mjs [--quick]: only this part.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(JSON.stringify({ node: process.version, pinned: isPinned(), measured: await measureKeyCalls({ quick: process.argv.includes('--quick') }) }, undefined, 1))
}
