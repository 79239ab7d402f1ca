// AWS's rules for stacks, over every kind of stage: what is not followed is acknowledged with a reason where it is made.
import assert from 'node:assert/strict'
import { after, mock, test } from 'node:test'
import { App, Stack, Validations } from 'aws-cdk-lib'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag'
import { KlueService } from '../../src/infra/index.ts'
import type { PersistDefinition } from '../../src/openapi/index.ts'
import { operation, project, type ProjectWish, removeProjects, temporaryFolder } from './projects.ts'

const things: PersistDefinition = { name: 'Thing', table: 'things', key: { partition: 'id' }, indexes: [{ name: 'by-kind', partition: 'kind' }], keyTypes: { id: 'S', kind: 'S' }, properties: {}, stream: true }
const operations = [operation('getThing', 'GET /things/{id}'), operation('makeReport', 'POST /reports', { function: 'reports' })]

const stages: Record<string, ProjectWish> = {
  personal: { operations, persist: [things] },
  candidate: { operations, persist: [things], context: { 'klue:candidate': 'a'.repeat(64), 'klue:pin': 'shop=1' } },
  canary: { operations, persist: [things], config: 'shift: canary 10 5\n' },
  provisioned: { operations, persist: [things], config: 'table_billing: provisioned\naws_hosts_min: 1\nreserved_concurrency: 5\nthrottle_rate: 10\n' },
  consumers: { operations, persist: [things], taskSeconds: 60, config: 'run_schedules: true\n', consumers: [{ queue: 'q' }, { queue: 'arn:aws:sqs:eu-west-1:111111111111:theirs' }, { topic: 't' }, { bucket: 'b' }, { event: { source: ['x'] }, bus: 'own' }, { table: 'things', definition: things }].map((source, index) => ({ name: `c${index}`, source, options: { attempts: 5, timeoutSeconds: 60, slowMs: 30_000, idempotency: false } })) },
  archive: { operations, persist: [things], config: 'log_archive: true\n' },
  live: { operations, persist: [things], stage: 'live', config: 'log_archive: true\nlive_host: shop.example.com\naws_cert_arn: arn:aws:acm:eu-west-1:111111111111:certificate/1\naws_zone_id: Z1\nalarm_email: team@example.com\n' },
}

after(removeProjects)

for (const [name, wish] of Object.entries(stages)) {
  test(`the ${name} stage follows the rules`, () => {
    const app = new App({ outdir: temporaryFolder(), context: wish.context ?? {} })
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app, { verbose: true }), new ServerlessChecks(app, { verbose: true }))
    const stack = new Stack(app, `shop-${name}`, { env: { account: '111111111111', region: 'eu-west-1' } })
    new KlueService(stack, 'Service', { project: project(wish) })
    assert.deepEqual(findings(app), [])
  })
}

test('the rules do find something', () => {
  const app = new App({ outdir: temporaryFolder() })
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  const stack = new Stack(app, 'shop', { env: { account: '111111111111', region: 'eu-west-1' } })
  new Topic(stack, 'Topic')
  assert.match(findings(app).join('\n'), /AwsSolutions-SNS3/)
})

// What violates a rule interrupts synthesis, and is printed.
function findings(app: App): string[] {
  const printed: string[] = []
  const printing = mock.method(globalThis.console, 'error', (...parts: unknown[]) => void printed.push(parts.join(' ')))
  try {
    app.synth()
    return []
  } catch (failure) {
    return [...printed, String(failure)]
  } finally {
    printing.mock.restore()
    process.exitCode = 0
  }
}
