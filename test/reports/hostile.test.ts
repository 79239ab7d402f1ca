// Whatever a failure says: messages keep the limits of their receivers, and break out of nothing.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { toReport } from '../../src/reports/index.ts'
import { toEmail } from '../../src/reports/channels/email.ts'
import { slackMessage } from '../../src/reports/channels/slack.ts'
import { snsFields } from '../../src/reports/channels/sns.ts'
import { webhookPayload } from '../../src/reports/channels/webhook.ts'
import { slackFault } from './receivers.ts'
import { crashLine, message, source } from './sample.ts'

const nasty = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.constantFrom('', '```', '<!channel>', '<https://evil.example|click>', '*bold*', '\r\nBcc: x@example.com', '</pre><script>alert(1)</script>', '💥'.repeat(2000), '&'.repeat(5000), `a\n${'    at x (y:1:1)\n'.repeat(900)}`))
const line = fc.record({ error: nasty, error_description: nasty, operation: nasty, path: nasty, query: nasty, user: nasty, call_id: nasty, stack: nasty, error_id: nasty, user_agent: nasty })
const kind = fc.constantFrom('new', 'digest', 'regression', 'recovered') as fc.Arbitrary<'new'>

test('messages about anything are messages', () => {
  fc.assert(fc.property(line, kind, fc.constantFrom(500, 200), (fields, what, status) => {
    const report = toReport({ ...crashLine, ...fields, status, slow_ms: 1 }, source)!
    const { fingerprint, operation, code, fatal, severity, title, text } = report
    const outgoing = message(what, { report, incident: { ...message(what).incident, fingerprint, operation, code, fatal, severity, title, text } })
    const slack = slackMessage(outgoing)
    assert.equal(slackFault(slack), undefined)
    // Slack's own signs: a mention or a link of somebody else's making.
    assert.doesNotMatch(JSON.stringify(slack), /<[!@#h]/)
    const email = toEmail(outgoing)
    assert.doesNotMatch(email.subject, /[\r\n]/)
    assert.ok(email.subject.length <= 200)
    assert.doesNotMatch(email.html, /<script/)
    const fields2 = snsFields('arn:aws:sns:eu-west-1:123456789012:reports', outgoing)
    assert.match(fields2['Subject']!, /^[\x21-\x7e][\x20-\x7e]{0,99}$/)
    assert.ok(Buffer.byteLength(fields2['Message']!) <= 262_144, `${Buffer.byteLength(fields2['Message']!)}`)
    assert.ok(Buffer.byteLength(JSON.stringify(outgoing)) <= 262_144)
    assert.equal(JSON.stringify(JSON.parse(JSON.stringify(webhookPayload(outgoing)))), JSON.stringify(webhookPayload(outgoing)))
  }), { numRuns: 200 })
})
