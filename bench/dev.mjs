// The local servers beside each other: start to first answer, and answers a second.
import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { documentOf } from './documents.mjs'
import { here, work } from './targets.mjs'

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

// The first start also generates and fills caches, as a developer's first one does; of the others, some seconds later, the median counts.
async function measure({ start, target }, { quick }) {
  const firstMs = await started(start, target, () => new Promise((resolve) => { setTimeout(resolve, 3000) }))
  const starts = []
  for (let run = 0; run < (quick ? 3 : 7); run += 1) starts.push(await started(start, target, () => undefined))
  const perSecond = {}
  await started(start, target, async (port) => {
    for (const connections of [1, 16]) perSecond[connections] = await throughput({ port, target, connections, milliseconds: quick ? 1500 : 5000 })
  })
  return { firstMs, startMs: starts.sort((left, right) => left - right)[starts.length >> 1], perSecond }
}

// The package as users have it: compiled, in a folder of its own. From sources a start would also wait for the loader that transpiles them.
function installedPackage() {
  const folder = join(work, 'package')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'tsconfig.build.json'), '--outDir', join(folder, 'dist')], { cwd: root, stdio: 'ignore' })
  spawnSync(process.execPath, [join(root, 'scripts/bundle-local.mjs'), join(folder, 'dist')], { cwd: root, stdio: 'ignore' })
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  return folder
}

async function klueDev() {
  const installed = installedPackage()
  const project = join(work, 'dev')
  rmSync(project, { recursive: true, force: true })
  for (const folder of ['apis', 'functions', 'node_modules']) mkdirSync(join(project, folder), { recursive: true })
  symlinkSync(installed, join(project, 'node_modules', 'klue'), 'junction')
  const document = documentOf('gh')
  const ids = Object.values(document.paths).flatMap((item) => Object.values(item)).map(({ operationId }) => operationId).filter((id) => id !== undefined)
  writeFileSync(join(project, 'package.json'), '{ "name": "bench-dev", "type": "module" }')
  writeFileSync(join(project, 'klue-config.yaml'), 'name: bench\nresponse_check: off\n')
  writeFileSync(join(project, 'apis', 'api.json'), JSON.stringify(document, undefined, 1))
  writeFileSync(join(project, 'functions', 'api.ts'), `import { toLambda } from 'klue/lambda'\nimport { defineService } from 'klue/runtime'\nimport { api } from './gen/api.ts'\nconst ids = ${JSON.stringify(ids)}\nexport const service = defineService({ spec: api, handlers: Object.fromEntries(ids.map((id) => [id, () => ({})])) as never })\nexport const handler = toLambda(service)\n`)
  const start = (port) => spawn(process.execPath, [join(installed, 'dist/cli/main.js'), 'dev', '--port', String(port)], { cwd: project, stdio: ['ignore', 'ignore', 'pipe'] })
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

// Plain sockets: the generator shares the processor with the server, and node:http's client costs as much as a server.
async function throughput({ port, target, connections, milliseconds }) {
  const request = Buffer.from(`${target.method} ${target.path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(target.body)}\r\n\r\n${target.body}`)
  const end = performance.now() + milliseconds
  let answers = 0
  await Promise.all(Array.from({ length: connections }, () => new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(request)).setNoDelay().setEncoding('latin1')
    socket.on('data', (chunk) => {
      text += chunk
      const length = answerLength(text)
      if (length === undefined || text.length < length) return
      if (!/^HTTP\/1\.1 20[01] /.test(text) || text.length > length) reject(new Error(`an answer that was not expected: ${text.slice(0, 80)}`))
      text = ''
      answers += 1
      if (performance.now() < end) socket.write(request)
      else socket.destroy()
    })
    socket.on('error', reject)
    socket.on('close', resolve)
  })))
  return (answers * 1000) / milliseconds
}

/** How long a whole answer is, once its head is there. */
function answerLength(text) {
  const head = text.indexOf('\r\n\r\n')
  if (head < 0) return undefined
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, head + 2))?.[1]
  if (length !== undefined) return head + 4 + Number(length)
  const end = text.indexOf('\r\n0\r\n\r\n', head)
  return end < 0 ? undefined : end + 7
}

function send({ port, target }) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(target.body) }
    const outgoing = request({ host: '127.0.0.1', port, method: target.method, path: target.path, headers }, (incoming) => {
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
