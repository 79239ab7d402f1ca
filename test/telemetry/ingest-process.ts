// One of many processes that take lines in: `node … ingest-process.ts <access as JSON> <prefix> <process> <processes> <lines> <batch>`.
import { openSlimDatabase } from '../../src/lambda/slim-database.ts'
import type { DynamoAccess } from '../../src/platform/local/index.ts'
import { defaultKeepRules, ingest } from '../../src/telemetry/index.ts'
import { scaleLine } from './scale-line.ts'

const [access, prefix, ...numbers] = process.argv.slice(2)
const [own, processes, count, batch] = numbers.map(Number) as [number, number, number, number]
const database = openSlimDatabase({ ...(JSON.parse(access!) as DynamoAccess), prefix: prefix! })
let heap = 0
const deliver = async (from: number, size: number): Promise<void> => {
  const lines = Array.from({ length: Math.max(0, Math.min(size, count - from)) }, (_, index) => scaleLine(from + index))
  const { requests, bad } = await ingest({ database, rules: defaultKeepRules }, lines)
  if (requests !== lines.length || bad.length > 0) throw new Error(`${requests} of ${lines.length}`)
  heap = Math.max(heap, process.memoryUsage().heapUsed)
}
// Each line comes from one process, and a tenth of the batches from its neighbour as well.
for (let at = own; at * batch < count; at += processes) await deliver(at * batch, batch)
for (let at = (own + 1) % processes; at * batch < count; at += processes * 10) await deliver(at * batch + Math.floor(batch / 2), batch)
database.close()
process.stdout.write(JSON.stringify({ heap }))
