// Runs in a process of its own: loads one target, calls it, and writes what that took to stderr.
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

// The event is made outside: what making it loads must not be there already for the target.
const { BENCH_FILE: file, BENCH_MODE: mode, BENCH_REQUESTS: requests = '1', BENCH_EVENT: text } = process.env
const context = { awsRequestId: 'a-1', functionName: 'bench', memoryLimitInMB: '512', invokedFunctionArn: 'arn:aws:lambda:eu-west-1:1:function:bench', callbackWaitsForEmptyEventLoop: false, getRemainingTimeInMillis: () => 28_000 }
const event = () => ({ ...template, headers: { ...template.headers } })
const template = JSON.parse(text)
const started = performance.now()
const { handler } = file.endsWith('.cjs') ? createRequire(import.meta.url)(file) : await import(pathToFileURL(file).href)
const answer = await handler(event(), context)
const cold = performance.now() - started
const rss = process.memoryUsage().rss / 1_048_576
const result = { cold, rss, status: answer.statusCode }
if (mode === 'warm') result.warm = await warm(Number(requests))
process.stderr.write(`\nBENCH ${JSON.stringify(result)}\n`)
process.exit(0)

// The median of batches: one collection of garbage must not decide.
async function warm(count) {
  const batches = []
  for (let batch = 0; batch < 12; batch += 1) {
    const from = performance.now()
    for (let index = 0; index < count; index += 1) await handler(event(), context)
    batches.push(((performance.now() - from) * 1000) / count)
  }
  return batches.slice(2).sort((left, right) => left - right)[5]
}
