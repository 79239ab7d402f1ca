// Writes docs/reference/scale.md from the constants of the estimate of costs: node --conditions=klue-source --import tsx scripts/scale-page.ts
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assumedLineBytes, deliveryMs, findBytes, packBytes, packedShare, seriousBytes, seriousShare, straddlingShare } from '../src/deploy/cost/assumptions.ts'
import { estimateCost, pricesOf } from '../src/deploy/cost/index.ts'
import { packShards, shards } from '../src/store/index.ts'

const path = join(dirname(dirname(fileURLToPath(import.meta.url))), 'docs/reference/scale.md')

/** Requests a second, and how many of one instance come together. */
const loads = [{ rps: 100, together: 10 }, { rps: 1000, together: 25 }, { rps: 10_000, together: 100 }] as const

// Of DynamoDB, a partition a second; of Lambda and CloudWatch Logs, an account and region before anybody asks for more.
const [writeLimit, concurrencyLimit, putLimit] = [1000, 1000, 5000]

/** Milliseconds of ingest for each line beside those of a delivery. */
const lineMs = 0.15
const telemetry = ['log lines', 'rows of requests', 'ingest', 'storage of these rows', 'log storage']
const stage = { region: 'us-east-1', functions: [], operations: [], apis: 0, tables: [], tableCapacity: undefined, logRetentionDays: 30, rowDays: 7, alarms: false, dashboard: false, metricOperations: 0, metricNames: 0 }

interface Figures {
  hottest: number
  concurrency: number
  delivery: number
  waiting: number
  usdMonth: number
}

function figuresOf({ rps, together }: (typeof loads)[number], isStorm: boolean): Figures {
  const deliveries = rps / together
  const lineBytes = isStorm ? seriousBytes / packedShare / 4 : assumedLineBytes
  const units = Math.ceil((packBytes + together * lineBytes * packedShare) / 1024) * (1 + straddlingShare)
  const prices = pricesOf(stage.region)
  const perMillion = estimateCost(stage, { days: 30, operations: { any: { requests: 1, averageMs: 50 } }, outBytes: 0, lineBytes }, prices).perMillion
  const ofLines = perMillion.filter(({ name }) => telemetry.includes(name) && name !== 'rows of requests').reduce((sum, { usd }) => sum + usd, 0)
  const writes = (deliveries * units + (isStorm ? rps * reportWrites : rps * seriousShare)) / rps + findBytes / 1024
  return {
    hottest: (deliveries * units) / packShards,
    concurrency: (deliveries * (deliveryMs + together * lineMs)) / 1000,
    delivery: together * lineBytes * packedShare,
    waiting: deliveries * 600,
    usdMonth: ((rps * 2_592_000) / 1e6) * (ofLines + writes * 1e6 * prices.tableWrite),
  }
}

// A failure is a report too: its row, and the one that finds it by its error id.
const reportWrites = 2

/** The page. */
export function scalePage(): string {
  const line = (name: string, of: (figures: Figures) => string): string => `| ${[name, ...loads.flatMap((load) => [false, true].map((isStorm) => of(figuresOf(load, isStorm))))].join(' | ')} |`
  const reports = loads.map(({ rps }) => rps / shards)
  return `# How far it goes

What the log of a stage does to DynamoDB, Lambda and CloudWatch at 100, 1,000 and 10,000 requests a second, each also as a storm in which every request fails for one cause. Made by \`npm run docs\` from the constants of \`klue cost\` and of the store; a test keeps it so. \`test/store/limits.test.ts\` runs the store's own code against a table with DynamoDB's limits at the same loads: no partition is hot, and an ingest that is refused catches up.

| | 100 | storm | 1,000 | storm | 10,000 | storm |
|---|---|---|---|---|---|---|
| requests in a delivery (assumed) |${loads.map(({ together }) => ` ${together} | ${together} |`).join('')}
${line('write units a second of the busiest partition of packs', ({ hottest }) => number(hottest))}
${line('ingests that run at once', ({ concurrency }) => number(Math.max(1, concurrency)))}
${line('bytes of a pack', ({ delivery }) => number(packBytes + delivery))}
${line('deliveries that wait after ten minutes without ingest', ({ waiting }) => number(waiting))}
${line('telemetry a month, USD (us-east-1)', ({ usdMonth }) => number(usdMonth))}

Limits: ${number(writeLimit)} write units a second for a partition of DynamoDB, which lets one that is hot for longer grow; ${number(concurrencyLimit)} functions at once and ${number(putLimit)} calls a second that put lines, for an account and region until one asks for more. Packs are spread over ${packShards} partitions an hour and kind, reports of one cause over ${shards}.

## What gives first

- At 100 requests a second: nothing.
- At 1,000: the functions themselves. 1,000 requests a second of 50 ms take 50 instances; of a second each, all that an account has.
- At 10,000: Lambda's ${number(concurrencyLimit)} instances, from 100 ms a request on. The log takes a tenth of what its partitions bear.
- In a storm of 10,000 failures a second for one cause: its reports, ${number(reports[2]!)} write units a second on each of ${shards} partitions. DynamoDB refuses what is too much, the client tries again, and then Lambda brings the delivery again for up to six hours; what still fails lies in the queue of failures. Counts and messages stay exact, later. At ${number(shards * writeLimit)} failures a second and less nothing is refused.
- Counting reads each closed minute once: at 10,000 requests a second 600,000 requests, some 40 MB. It has two minutes for it; a minute that takes longer keeps its mark and is counted by the next look.
- Ingest that stands still: Lambda keeps deliveries for six hours and tries them again, then they lie in the queue of failures for 14 days (\`klue ingest redrive\`). Lines older than 47 hours are not counted any more.
`
}

function number(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value >= 10 ? 0 : 1 })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(path, scalePage())
