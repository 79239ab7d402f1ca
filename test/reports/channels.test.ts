// Each channel against a server of its protocol that keeps the limits of the real one.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, test } from 'node:test'
import { deliverOutgoing, fileChannel, lineChannel, openChannels, type Outgoing, webhookSignature } from '../../src/reports/index.ts'
import { type Clock, startReceiver, startSlack, startSmtp, stoppedClock } from './receivers.ts'
import { crash, message } from './sample.ts'

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
})

function keep<Kind extends { close(): Promise<void> }>(one: Kind): Kind {
  opened.push(one)
  return one
}

async function send({ options, ...clock }: Clock & { options?: Parameters<typeof openChannels>[1] }, channel: Record<string, unknown>, outgoing: Outgoing): Promise<string> {
  const channels = openChannels({ stage: 'live', values: { reports: { one: channel } } }, { surroundings: clock, ...options })
  const { sent, failed } = await deliverOutgoing(outgoing, { channels })
  return sent[0] ?? `${failed[0]?.isFinal === true ? 'for good' : 'for now'}: ${failed[0]?.reason ?? 'nobody'}`
}

function huge(): Outgoing {
  const stack = Array.from({ length: 400 }, (_, index) => `    at <step${index}> (/var/task/${'&'.repeat(600)}.ts:${index}:1)`)
  const text = `getBuild(): ${'a & b < c '.repeat(500)}`
  return message('new', { report: { ...crash, title: `FATAL BACKEND ERROR builds 500 X: ${text}`, text, body: JSON.stringify({ title: text, trace: stack, user: { id: 'u'.repeat(5000) } }) } })
}

test('Slack takes every message: small, huge, of every kind, by webhook and by bot', async () => {
  const [clock, taken]: [Clock, Record<string, unknown>[]] = [stoppedClock(), []]
  const slack = keep(await startSlack(clock, taken))
  for (const kind of ['new', 'digest', 'regression', 'recovered'] as const) assert.equal(await send(clock, { type: 'slack', url: `${slack.url}/hook` }, message(kind)), 'one')
  assert.equal(await send(clock, { type: 'slack', url: `${slack.url}/hook` }, huge()), 'one')
  const { report: _gone, ...bare } = message('digest')
  assert.equal(await send(clock, { type: 'slack', url: `${slack.url}/hook` }, bare), 'one')
  assert.equal(await send({ ...clock, options: { slackUrl: `${slack.url}/api/chat.postMessage` } }, { type: 'slack', token: 'xoxb-test', channel: '#errors' }, huge()), 'one')
  assert.equal(taken.length, 7)
  const text = JSON.stringify(taken[0])
  assert.match(text, /no build 7 &lt;in&gt; the/)
  assert.doesNotMatch(text, /<in>/)
})

test('one channel of Slack waits a second between messages', async () => {
  const [clock, taken]: [Clock, Record<string, unknown>[]] = [stoppedClock(), []]
  const slack = keep(await startSlack(clock, taken))
  const channels = openChannels({ stage: 'live', values: { reports: { one: { type: 'slack', url: `${slack.url}/hook` } } } }, { surroundings: clock })
  await Promise.all([1, 2, 3].map((number) => deliverOutgoing(message('new', { id: `m-${number}` }), { channels })))
  assert.deepEqual([taken.length, slack.got.length], [3, 3])
  assert.deepEqual(clock.waits.filter((wait) => wait === 1000).length, 2)
})

test('Slack that refuses for a while is asked again when it says, Slack that refuses for good is not', async () => {
  const [clock, taken]: [Clock, Record<string, unknown>[]] = [stoppedClock(), []]
  const slack = keep(await startSlack(clock, taken))
  await send(clock, { type: 'slack', url: `${slack.url}/hook` }, message('new'))
  assert.equal(await send(clock, { type: 'slack', url: `${slack.url}/hook` }, message('new')), 'one')
  assert.deepEqual([taken.length, slack.got.length, clock.waits], [2, 3, [1000]])
  await clock.pause(1000, new AbortController().signal)
  assert.equal(await send(clock, { type: 'slack', url: `${slack.url}/gone` }, message('new')), 'for good: it answered 404: no_service')
  await clock.pause(1000, new AbortController().signal)
  assert.equal(await send({ ...clock, options: { slackUrl: `${slack.url}/api/chat.postMessage` } }, { type: 'slack', token: 'wrong', channel: '#errors' }, message('new')), 'for good: Slack refused it: invalid_auth')
})

test('a webhook is signed, and tried again with the same key', async () => {
  const clock = stoppedClock()
  const receiver = keep(await startReceiver((_, index) => (index === 0 ? 'hang up' : index === 1 ? { status: 503 } : { status: 204 })))
  const channel = { type: 'webhook', url: `${receiver.url}/reports`, signing_secret: 'sixteen letters!' }
  assert.equal(await send(clock, channel, message('new')), 'one')
  assert.equal(receiver.got.length, 3)
  for (const { headers, text } of receiver.got) {
    assert.equal(headers['idempotency-key'], message('new').id)
    assert.equal(headers['x-klue-signature'], webhookSignature('sixteen letters!', String(headers['x-klue-timestamp']), text))
  }
  assert.equal((JSON.parse(receiver.got[2]!.text) as { title: string }).title, crash.title)
  receiver.got.length = 3
  const refusing = keep(await startReceiver(() => ({ status: 302, headers: { location: 'http://127.0.0.1:1/' } })))
  assert.equal(await send(clock, { ...channel, url: refusing.url }, message('new')), 'for good: it answered 302')
})

test('e-mail goes through SMTP with log-in, as text and HTML, one thread an incident', async () => {
  const clock = stoppedClock()
  const box = keep(await startSmtp((index) => (index === 1 ? { code: 451, text: 'try later' } : undefined)))
  const channel = { type: 'email', from: 'Builds <builds@example.com>', to: ['ops@example.com', 'dev@example.com'], smtp_url: box.url }
  assert.equal(await send(clock, channel, message('new')), 'one')
  assert.equal(await send(clock, channel, message('digest', { id: 'second' })), 'one')
  assert.equal(box.mails.length, 2)
  assert.match(box.mails[0]!, /^To: ops@example\.com, dev@example\.com\r$/m)
  assert.match(box.mails[0]!, new RegExp(`^Message-ID: <${message('new').id}@klue\\.invalid>\r$`, 'm'))
  for (const mail of box.mails) assert.match(mail, new RegExp(`^References: <${crash.fingerprint}@klue\\.invalid>\r$`, 'm'))
  assert.match(box.mails[0]!, /^Content-Type: text\/plain; charset=utf-8\r$/m)
  assert.match(box.mails[0]!, /^Content-Type: text\/html; charset=utf-8\r$/m)
  assert.match(await send(clock, { ...channel, smtp_url: box.url.replace('correct', 'wrong') }, message('new')), /^for good: .*535/)
  assert.match(await send(clock, { ...channel, smtp_url: 'smtp://127.0.0.1:1' }, message('new')), /^for now: .*ECONNREFUSED/)
  assert.equal(await send(clock, { ...channel, smtp_url: undefined }, message('new')), 'for good: there is no SES here: set smtp_url')
})

test('e-mail goes through SES, and messages to SNS, by signed calls', async () => {
  const clock = stoppedClock()
  const aws = keep(await startReceiver(({ path }, index) => (index === 0 ? { status: 429, text: '{"message":"slow down"}' } : path === '/' ? { status: 200, text: '<PublishResponse/>' } : { status: 200, text: '{"MessageId":"1"}' })))
  const options = { aws: { region: 'eu-central-1', credentials: () => ({ accessKeyId: 'id', secretAccessKey: 'key' }), endpoint: () => aws.url } }
  assert.equal(await send({ ...clock, options }, { type: 'email', from: 'builds@example.com', to: 'ops@example.com, dev@example.com' }, message('new')), 'one')
  const mail = JSON.parse(aws.got[1]!.text) as { Destination: unknown; Content: { Simple: { Subject: { Data: string } } } }
  assert.deepEqual([aws.got[1]!.path, mail.Destination, mail.Content.Simple.Subject.Data], ['/v2/email/outbound-emails', { ToAddresses: ['ops@example.com', 'dev@example.com'] }, crash.title])
  assert.match(String(aws.got[1]!.headers.authorization), /\/eu-central-1\/ses\/aws4_request/)
  assert.equal(await send({ ...clock, options }, { type: 'sns', topic_arn: 'arn:aws:sns:eu-west-1:123456789012:reports' }, huge()), 'one')
  const { headers, text } = aws.got[2]!
  assert.match(String(headers.authorization), /\/eu-west-1\/sns\/aws4_request/)
  const fields = Object.fromEntries(new URLSearchParams(text))
  assert.deepEqual([fields['Action'], fields['TopicArn'], fields['MessageStructure']], ['Publish', 'arn:aws:sns:eu-west-1:123456789012:reports', 'json'])
  assert.match(fields['Subject']!, /^[\x20-\x7e]{1,100}$/)
  assert.ok(Buffer.byteLength(fields['Message']!) <= 262_144)
  assert.equal(typeof (JSON.parse((JSON.parse(fields['Message']!) as { sqs: string }).sqs) as { id: unknown }).id, 'string')
})

test('on a developer\'s machine there are a file, a line, and only channels that say so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'klue-reports-'))
  const lines: string[] = []
  const { sent } = await deliverOutgoing(message('new'), { channels: [fileChannel(join(folder, 'reports')), lineChannel((title) => lines.push(title))] })
  assert.deepEqual([sent.sort(), lines], [['file', 'line'], [crash.title]])
  const names = readdirSync(join(folder, 'reports')).sort()
  assert.deepEqual(names, [`2026-03-01T12-00-01-000Z-${crash.fingerprint}-1.json`, `2026-03-01T12-00-01-000Z-${crash.fingerprint}-1.txt`])
  assert.ok(readFileSync(join(folder, 'reports', names[1]!), 'utf8').startsWith(`${crash.title}\n\nThis is new.\n\n`))
  rmSync(folder, { recursive: true })
  assert.ok(!existsSync(folder))
  const reports = { one: { type: 'webhook', url: 'http://127.0.0.1:1/', signing_secret: 'x' }, two: { type: 'webhook', local: true, url: 'http://127.0.0.1:1/', signing_secret: 'x' } }
  assert.deepEqual(openChannels({ stage: 'local', values: { reports } }).map(({ name }) => name), ['two'])
})

test('messages go where severity, operation and fatal say', () => {
  const goes = (settings: Record<string, unknown>, outgoing: Outgoing = message('new')): boolean => openChannels({ stage: 'live', values: { reports: { one: { type: 'slack', ...settings } } } })[0]!.accepts(outgoing)
  const slow = message('new', { incident: { ...message('new').incident, fatal: false, severity: 2 } })
  assert.deepEqual([goes({ send: 'fatal' }), goes({ send: 'non-fatal' }), goes({ send: 'fatal' }, slow), goes({ send: 'non-fatal' }, slow), goes({ send: 'all' }, slow)], [true, false, false, true, true])
  assert.deepEqual([goes({ severity: 1 }), goes({ severity: 0 }), goes({ severity: 1 }, slow)], [true, false, false])
  assert.deepEqual([goes({ operations: ['getBuild'] }), goes({ operations: ['get*'] }), goes({ operations: 'putBuild, list*' }), goes({ operations: [] })], [true, true, false, true])
})
