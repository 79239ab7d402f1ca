// Runs a bundled function in this process, and says on stderr what its import and its first requests load: modules that are compiled, and files that are read.
// node trace-start.mjs <folder> <events as JSON>
import { Session } from 'node:inspector'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const [folder, events] = process.argv.slice(2)
const fs = process.getBuiltinModule('node:fs')
const session = new Session()
let loaded = new Map()
const add = (what, bytes) => loaded.set(what, (loaded.get(what) ?? 0) + bytes)
const filesRead = watchReads()
watchScripts()

const steps = []
await step('import', async () => void (globalThis.started = (await import(pathToFileURL(join(folder, 'index.mjs')).href)).handler))
for (const event of JSON.parse(events)) await step(`${event.requestContext.http.method} ${event.rawPath}`, async () => (await globalThis.started(event, {})).statusCode)
process.stderr.write(`\nLOADED ${JSON.stringify(steps)}\n`)

async function step(name, run) {
  loaded = new Map()
  const status = await run()
  steps.push({ name, status, loaded: [...loaded].map(([file, bytes]) => ({ file, bytes })) })
}

// V8 tells of every script that it compiles, whoever asked for it; Node's own do not count.
function watchScripts() {
  session.connect()
  session.on('Debugger.scriptParsed', ({ params: { url, scriptId } }) => {
    if (url.startsWith('node:')) return
    const file = url.startsWith('file:') ? fileURLToPath(url) : url
    // A part of a file that was read is counted as read.
    if (filesRead.has(file)) return
    session.post('Debugger.getScriptSource', { scriptId }, (_, result) => add(file, Buffer.byteLength(result.scriptSource)))
  })
  session.post('Debugger.enable')
}

function watchReads() {
  const names = new Map()
  const read = new Set()
  const note = (file, bytes) => {
    read.add(file)
    add(file, bytes)
  }
  const { openSync, readFileSync, readSync, promises: { readFile } } = fs
  fs.openSync = (file, ...rest) => {
    const descriptor = openSync(file, ...rest)
    names.set(descriptor, String(file))
    return descriptor
  }
  fs.readSync = (descriptor, ...rest) => {
    const bytes = readSync(descriptor, ...rest)
    note(names.get(descriptor) ?? `descriptor ${descriptor}`, bytes)
    return bytes
  }
  fs.readFileSync = (file, ...rest) => {
    const content = readFileSync(file, ...rest)
    note(file instanceof URL ? fileURLToPath(file) : String(file), Buffer.byteLength(content))
    return content
  }
  fs.promises.readFile = async (file, ...rest) => {
    const content = await readFile(file, ...rest)
    note(file instanceof URL ? fileURLToPath(file) : String(file), Buffer.byteLength(content))
    return content
  }
  syncBuiltinESMExports()
  return read
}
