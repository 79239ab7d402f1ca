// A webhook: the message as signed JSON, for receivers of one's own.
import type { ReportChannelSettings } from '../../config/index.ts'
import { httpFailure, type ReportChannel, routes, type Surroundings, withRetries } from '../channel.ts'
import type { Outgoing } from '../incidents.ts'
import { bodyText, titleOf } from '../message.ts'

/** Opens a channel. */
export function webhookChannel(name: string, settings: ReportChannelSettings, surroundings: Surroundings): ReportChannel {
  const { url = '', signingSecret = '' } = settings
  return {
    name,
    accepts: (outgoing) => routes(settings, outgoing),
    async send(outgoing, signal) {
      const body = JSON.stringify(webhookPayload(outgoing))
      await withRetries(surroundings, signal, async () => {
        // A new time at each attempt: receivers refuse what is old.
        const timestamp = String(Math.floor(surroundings.now() / 1000))
        const headers = { 'content-type': 'application/json', 'idempotency-key': outgoing.id, 'x-klue-timestamp': timestamp, 'x-klue-signature': webhookSignature(signingSecret, timestamp, body) }
        const answer = await surroundings.fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal })
        const failure = httpFailure(answer.status, await answer.text(), answer.headers.get('retry-after'))
        if (failure !== undefined) throw failure
      })
    },
  }
}

/** `v1=` and the HMAC-SHA256 of `<timestamp>.<body>` in hexadecimal digits. */
export function webhookSignature(secret: string, timestamp: string, body: string): string {
  return `v1=${process.getBuiltinModule('node:crypto').createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`
}

/** What is sent: the message, the incident, and the body of the report as an object. */
export function webhookPayload(outgoing: Outgoing): Record<string, unknown> {
  const { id, kind, at, count, repeats, incident, report } = outgoing
  const { fingerprint, service, stage, operation, code, fatal, severity, status, firstSeen, lastSeen } = incident
  return {
    id,
    kind,
    at,
    title: titleOf(outgoing),
    incident: { fingerprint, service, stage, operation, code, fatal, severity, status, first_seen: firstSeen, last_seen: lastSeen, count, repeats },
    report: report === undefined ? null : { time: report.time, error_id: report.errorId ?? '', request_id: report.requestId ?? '', body: JSON.parse(bodyText(outgoing)) as unknown },
  }
}
