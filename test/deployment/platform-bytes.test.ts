// What AWS itself writes about a request, made of the fields that its documentation names: the estimate of costs counts these bytes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gatewayBytes, platformBytes } from '../../src/deploy/cost/assumptions.ts'
import { accessLine } from '../../src/infra/klue-api.ts'
import { readPlatformLine } from '../../src/telemetry/platform-lines.ts'
import { readLine } from '../../src/telemetry/read-line.ts'

const invocation = '8f507cfc-1a2b-4697-b07a-ac58fc914c95'

// AWS Lambda's guide, "Working with Lambda function logs", for logs in plain text: fields of REPORT are parted by tabs.
function platformLines({ version, duration, billed, memory, used }: Record<'version' | 'duration' | 'billed' | 'memory' | 'used', string>): string[] {
  return [`START RequestId: ${invocation} Version: ${version}\n`, `END RequestId: ${invocation}\n`, `REPORT RequestId: ${invocation}\tDuration: ${duration} ms\tBilled Duration: ${billed} ms\tMemory Size: ${memory} MB\tMax Memory Used: ${used} MB\t\n`]
}

// API Gateway's guide, "Customize HTTP API access logs": a variable has the value that stands here as an example, or a dash where there is none.
const documented: Record<string, string> = {
  '$context.requestId': 'JKJaXmPLvHcESHA=', '$context.requestTimeEpoch': '1795132800000', '$context.identity.sourceIp': '198.51.100.207', '$context.httpMethod': 'GET', '$context.path': '/builds/48213', '$context.status': '200', '$context.responseLatency': '38', '$context.responseLength': '1412', '$context.error.responseType': '-', '$context.integrationStatus': '200', '$context.integrationErrorMessage': '-', '$context.integration.requestId': invocation,
}

function bytes(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0)
}

test('what Lambda writes about an invocation is what the estimate counts, within a fiftieth, and is read as such', () => {
  const lines = platformLines({ version: '12', duration: '41.27', billed: '42', memory: '512', used: '94' })
  assert.deepEqual(lines.map((line) => readPlatformLine(line, undefined)?.kind), ['start', undefined, 'end'])
  assert.ok(Math.abs(bytes(lines) - platformBytes) <= platformBytes / 50, `${bytes(lines)}`)
  // The shortest and the longest that a function of the kit has; a first invocation says two fields more, once for each instance.
  const [least, most] = [bytes(platformLines({ version: '1', duration: '1.23', billed: '2', memory: '128', used: '88' })), bytes(platformLines({ version: '1204', duration: '29000.12', billed: '29001', memory: '10240', used: '1024' }))]
  assert.ok(least >= platformBytes - 8 && most <= platformBytes + 16, `${least} to ${most}`)
})

test('what the gateway writes about a request is what the estimate counts, within a fiftieth, and is read as such', () => {
  const line = JSON.stringify(accessLine).replace(/\$context\.[A-Za-z.]+/g, (name) => documented[name] ?? assert.fail(name))
  assert.ok(Math.abs(bytes([line]) - gatewayBytes) <= gatewayBytes / 50, `${bytes([line])}`)
  const refused = line.replace('"is":"200"', '"is":"502"')
  assert.deepEqual([line, refused].map((message) => readLine({ id: 'a', timestamp: 1_795_132_800_000, message }).kind), ['other', 'witness'])
})
