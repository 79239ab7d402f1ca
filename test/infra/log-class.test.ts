// Logs that nobody subscribes to have the class for infrequent access, under ids of their own; every log that ingest reads has the standard one.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { removeProjects, synthesise } from './projects.ts'

after(removeProjects)

interface Named {
  Properties: Record<string, unknown>
}

test('no log with a subscription or a metric filter has the class for infrequent access, and those of telemetry have', () => {
  for (const wish of [{}, { stage: 'live', config: 'live_host: shop.example.com\n' }, { context: { 'klue:candidate': 'a'.repeat(64) } }]) {
    const { template } = synthesise(wish)
    const logs = template.findResources('AWS::Logs::LogGroup') as Record<string, Named>
    const infrequent = Object.entries(logs).filter(([, { Properties }]) => Properties['LogGroupClass'] === 'INFREQUENT_ACCESS').map(([id]) => id)
    assert.deepEqual(infrequent.map((id) => id.replace(/[0-9A-F]{8}$/, '')).sort(), ['ServiceTelemetryIngestInfrequentLog', 'ServiceTelemetryReporterInfrequentLog'])
    const subscribed = (Object.values(template.findResources('AWS::Logs::SubscriptionFilter')) as Named[]).map(({ Properties }) => (Properties['LogGroupName'] as { Ref: string }).Ref)
    assert.ok(subscribed.length >= 2)
    assert.deepEqual(subscribed.filter((id) => infrequent.includes(id)), [])
    template.resourceCountIs('AWS::Logs::MetricFilter', 0)
    // AWS refuses to change the class of a log that is there.
    for (const id of infrequent) assert.match(id, /InfrequentLog/)
    assert.ok(Object.keys(logs).some((id) => id.startsWith('ServiceFunctionshopLog')))
  }
})
