// The local servers beside each other: start to first answer, and answers a second.
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { here, work } from './build.mjs'
import { documentOf } from './documents.mjs'

const root = join(here, '..')

/** Milliseconds until the first answer, and answers a second with 1 and 16 connections; null where a server did not start. */
export async function measureDev(say, { quick }) {
  const results = {}
  for (const [name, make] of [['klue dev, gh, validated POST', klueDev], ['serverless-offline, hello', serverlessOffline]]) {
    say(`Measuring ${name} ...`)
    results[name] = await measure(await make(), { quick }).catch((error) => ({ error: error.message }))
  }
  return results
}

// Twice: the first start also generates and fills caches, as a developer's first one does.
async function measure({ start, target }, { quick }) {
  const firstMs = await started(start, target, () => undefined)
  const perSecond = {}
  const startMs = await started(start, target, async (port) => {
    for (const connections of [1, 16]) perSecond[connections] = await throughput({ port, target, connections, milliseconds: quick ? 1500 : 5000 })
  })
  return { firstMs, startMs, perSecond }
}

async function klueDev() {
  const project = join(work, 'dev')
  rmSync(project, { recursive: true, force: true })
  for (const folder of ['apis', 'functions', 'node_modules']) mkdirSync(join(project, folder), { recursive: true })
  symlinkSync(root, join(project, 'node_modules', 'klue'), 'junction')
  const document = documentOf('gh')
  const ids = Object.values(document.paths).flatMap((item) => Object.values(item)).map(({ operationId }) => operationId).filter((id) => id !== undefined)
  writeFileSync(join(project, 'package.json'), '{ "name": "bench-dev", "type": "module" }')
  writeFileSync(join(project, 'klue-config.yaml'), 'name: bench\nresponse_check: off\n')
  writeFileSync(join(project, 'apis', 'api.json'), JSON.stringify(document, undefined, 1))
  writeFileSync(join(project, 'functions', 'api.ts'), `import { toLambda } from 'klue/lambda'\nimport { defineService } from 'klue/runtime'\nimport { api } from './gen/api.ts'\nconst ids = ${JSON.stringify(ids)}\nexport const service = defineService({ spec: api, handlers: Object.fromEntries(ids.map((id) => [id, () => ({})])) as never })\nexport const handler = toLambda(service)\n`)
  const start = (port) => spawn(process.execPath, ['--conditions=klue-source', '--import', join(root, 'node_modules/tsx/dist/esm/index.mjs'), join(root, 'src/cli/main.ts'), 'dev', '--port', String(port)], { cwd: project, stdio: ['ignore', 'ignore', 'pipe'] })
  return { start, target: { method: 'POST', path: '/repos/o/r/issues', body: '{"title":"a","labels":["x"]}' } }
}

async function serverlessOffline() {
  const project = join(work, 'serverless')
  mkdirSync(project, { recursive: true })
  writeFileSync(join(project, 'hello.cjs'), "exports.handler = async () => ({ statusCode: 200, body: '{\"hello\":true}' })\n")
  writeFileSync(join(project, 'package.json'), '{ "name": "bench-offline" }')
  writeFileSync(join(project, 'serverless.yml'), "service: bench\nframeworkVersion: '3'\nprovider: { name: aws, runtime: nodejs20.x }\nplugins: [serverless-offline]\nfunctions:\n  hello: { handler: hello.handler, events: [{ httpApi: 'POST /hello' }] }\n")
  writeFileSync(join(project, 'hello.js'), readFileSync(join(project, 'hello.cjs')))
  const start = (port) => spawn(process.execPath, [join(here, 'node_modules/serverless/bin/serverless.js'), 'offline', '--httpPort', String(port), '--lambdaPort', String(port + 1), '--noPrependStageInUrl'], { cwd: project, env: { ...process.env, SLS_NOTIFICATIONS_MODE: 'off', SLS_TELEMETRY_DISABLED: '1', AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none' }, stdio: ['ignore', 'ignore', 'pipe'] })
  return { start, target: { method: 'POST', path: '/hello', body: '{}' } }
}

async function started(start, target, use) {
  const port = await freePort()
  const from = performance.now()
  const child = start(port)
  let ended = false
  let said = ''
  child.stderr.on('data', (chunk) => { said = (said + chunk).slice(-400) })
  const exited = new Promise((resolve) => child.on('exit', () => { ended = true; resolve() }))
  try {
    for (;;) {
      const status = await send({ port, target }).catch(() => undefined)
      if (status === 200 || status === 201) break
      if (ended || performance.now() - from > 60_000) throw new Error(`it did not answer (${status}): ${said}`)
      await new Promise((resolve) => { setTimeout(resolve, 10) })
    }
    const milliseconds = performance.now() - from
    await use(port)
    return milliseconds
  } finally {
    if (!ended) child.kill('SIGTERM')
    setTimeout(() => ended || child.kill('SIGKILL'), 5000).unref()
    await exited
  }
}

async function throughput({ port, target, connections, milliseconds }) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const end = performance.now() + milliseconds
  let answers = 0
  const client = async () => {
    while (performance.now() < end) {
      await send({ port, target, agent })
      answers += 1
    }
  }
  await Promise.all(Array.from({ length: connections }, client))
  agent.destroy()
  return (answers * 1000) / milliseconds
}

function send({ port, target, agent }) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(target.body) }
    const outgoing = request({ host: '127.0.0.1', port, method: target.method, path: target.path, headers, agent }, (incoming) => {
      incoming.resume()
      incoming.on('end', () => resolve(incoming.statusCode))
    })
    outgoing.on('error', reject)
    outgoing.end(target.body)
  })
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
