// Runs in a process of its own: makes one call of a table by each peer in turns of 20, and writes what each turn took to stderr.
import { pathToFileURL } from 'node:url'

const { BENCH_FILES: files, BENCH_TURNS: turns } = process.env
const peers = Object.entries(JSON.parse(files))
const handlers = []
for (const [, file] of peers) handlers.push((await import(pathToFileURL(file).href)).handler)
const times = peers.map(() => [])
for (let turn = 0; turn < Number(turns); turn += 1) {
  for (let index = 0; index < peers.length; index += 1) {
    // Each turn begins with another peer: what else the machine does then reaches all of them.
    const place = (index + turn) % peers.length
    const from = process.cpuUsage()
    for (let count = 0; count < 20; count += 1) if ((await handlers[place]()).statusCode !== 200) throw new Error(`${peers[place][0]} has another answer`)
    await new Promise((resolve) => { setImmediate(resolve) })
    const { user, system } = process.cpuUsage(from)
    times[place].push((user + system) / 20)
  }
}
process.stderr.write(`\nBENCH ${JSON.stringify(Object.fromEntries(peers.map(([name], place) => [name, times[place]])))}\n`)
process.exit(0)
