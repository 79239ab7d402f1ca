// Runs in a process of its own: loads one target, calls it, and writes what it answered and what that took to stderr.
import { pathToFileURL } from 'node:url'

// Events are made outside: what making them loads must not be there already for the target.
const { BENCH_FILE: file, BENCH_MODE: mode, BENCH_REQUESTS: requests = '0', BENCH_EVENTS: events, BENCH_BODY: expected } = process.env
const context = { awsRequestId: 'a-1', functionName: 'bench', memoryLimitInMB: '512', invokedFunctionArn: 'arn:aws:lambda:eu-west-1:1:function:bench', callbackWaitsForEmptyEventLoop: false, getRemainingTimeInMillis: () => 28_000 }
const templates = JSON.parse(events)
const eventOf = (template) => ({ ...template, headers: { ...template.headers } })
const [started, startedCpu] = [performance.now(), process.cpuUsage()]
const { handler } = await import(pathToFileURL(file).href)
const first = await handler(eventOf(templates[0]), context)
const result = { cold: cpuSince(startedCpu) / 1000, coldWall: performance.now() - started, rss: process.memoryUsage().rss / 1_048_576, answers: [answerOf(first)] }
if (mode === 'answers') for (const template of templates.slice(1)) result.answers.push(await handler(eventOf(template), context).then(answerOf, (error) => ({ error: String(error) })))
if (mode === 'life') Object.assign(result, await live(Number(requests)))
process.stderr.write(`\nBENCH ${JSON.stringify(result)}\n`)
process.exit(0)

function answerOf({ statusCode, body }) {
  return { status: statusCode, body }
}

// Processor time, of all threads of this process: what else the machine does counts least in it.
function cpuSince(from) {
  const { user, system } = process.cpuUsage(from)
  return user + system
}

// Microseconds a request, by hundreds of requests. Work that a target puts off until after its answer counts: the loop turns once in each hundred.
async function live(count) {
  const hundreds = []
  const [begun, begunCpu] = [performance.now(), process.cpuUsage()]
  while (hundreds.length * 100 < count) {
    const from = process.cpuUsage()
    for (let index = 0; index < 100; index += 1) {
      const { statusCode, body } = await handler(eventOf(templates[0]), context)
      if (statusCode !== 200 || body !== expected) throw new Error(`request ${hundreds.length * 100 + index} is answered ${statusCode} ${body}`)
    }
    await new Promise((resolve) => { setImmediate(resolve) })
    hundreds.push(cpuSince(from) / 100)
  }
  return { hundreds, share: cpuSince(begunCpu) / 1000 / (performance.now() - begun) }
}
