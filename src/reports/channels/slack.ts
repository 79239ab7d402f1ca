// Slack: one message of blocks, by an incoming webhook or as a bot.
import type { ReportChannelSettings } from '../../config/index.ts'
import { DeliveryFailure, httpFailure, type ReportChannel, routes, type Surroundings, withRetries } from '../channel.ts'
import type { Outgoing } from '../incidents.ts'
import { messageOf } from '../message.ts'

export interface SlackBlock {
  type: 'section' | 'context'
  text?: { type: 'mrkdwn'; text: string }
  fields?: { type: 'mrkdwn'; text: string }[]
  elements?: { type: 'mrkdwn'; text: string }[]
}

const postMessageUrl = 'https://slack.com/api/chat.postMessage'
// Slack's limits: 3,000 letters a text, 2,000 a field, 10 fields a section, 50 blocks, one message a second.
const textLimit = 3000
const fieldLimit = 2000
const stackBlocks = 4
const gapMs = 1000
const signs = { fatal: ':red_circle:', warning: ':large_orange_circle:', good: ':large_green_circle:' }

export interface SlackSenders {
  surroundings: Surroundings
  /** Address instead of that of chat.postMessage. */
  apiUrl?: string | undefined
}

/** Opens a channel. */
export function slackChannel(name: string, settings: ReportChannelSettings, { surroundings, apiUrl = postMessageUrl }: SlackSenders): ReportChannel {
  const { url, token, channel } = settings
  let free = Promise.resolve()
  let nextAt = 0
  // One after the other, a second from the end of one to the next: Slack refuses more.
  const inTurn = (signal: AbortSignal, work: () => Promise<void>): Promise<void> => {
    const turn = free.then(async () => {
      const wait = nextAt - surroundings.now()
      if (wait > 0) await surroundings.pause(wait, signal)
      await work().finally(() => (nextAt = surroundings.now() + gapMs))
    })
    free = turn.catch(() => undefined)
    return turn
  }
  return {
    name,
    accepts: (outgoing) => routes(settings, outgoing),
    async send(outgoing, signal) {
      const message = slackMessage(outgoing)
      const request = token === undefined ? { url: url ?? '', headers: {}, message } : { url: apiUrl, headers: { authorization: `Bearer ${token}` }, message: { channel, ...message } }
      await withRetries(surroundings, signal, () => inTurn(signal, () => post(surroundings, request, signal)))
    },
  }
}

/** The message as Slack takes it. */
export function slackMessage(outgoing: Outgoing): { text: string; blocks: SlackBlock[] } {
  const { title, summary, facts, stack, tone } = messageOf(outgoing)
  const fields = facts.slice(0, 10).map(([label, value]) => mrkdwn(`*${label}*\n${escaped(value)}`, fieldLimit))
  const blocks: SlackBlock[] = [
    { type: 'section', text: mrkdwn(`${signs[tone]} *${escaped(title).replaceAll('*', '∗')}*`, textLimit) },
    { type: 'section', fields },
    ...codeBlocks(stack),
    { type: 'context', elements: [mrkdwn(escaped(summary), textLimit)] },
  ]
  return { text: cut(escaped(title), textLimit), blocks }
}

function codeBlocks(stack: string): SlackBlock[] {
  if (stack === '') return []
  const blocks: SlackBlock[] = []
  let part = ''
  for (const line of escaped(stack).replaceAll('```', "'''").split('\n')) {
    if (part !== '' && part.length + line.length + 1 > textLimit - 8) {
      blocks.push(codeBlock(part))
      part = ''
    }
    part = part === '' ? line : `${part}\n${line}`
  }
  return [...blocks, codeBlock(part)].slice(0, stackBlocks)
}

function codeBlock(text: string): SlackBlock {
  return { type: 'section', text: { type: 'mrkdwn', text: `\`\`\`${cut(text, textLimit - 6)}\`\`\`` } }
}

async function post({ fetch }: Surroundings, { url, headers, message }: { url: string; headers: Record<string, string>; message: object }, signal: AbortSignal): Promise<void> {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body: JSON.stringify(message), redirect: 'manual', signal })
  const text = await answer.text()
  const failure = httpFailure(answer.status, text, answer.headers.get('retry-after'))
  if (failure !== undefined) throw failure
  // A bot is refused with status 200.
  if (!text.startsWith('{')) return
  const { ok, error } = JSON.parse(text) as { ok?: unknown; error?: unknown }
  if (ok === false) throw new DeliveryFailure(`Slack refused it: ${String(error)}`, { isFinal: !/ratelimited|internal_error|fatal_error|service_unavailable|request_timeout/.test(String(error)) })
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function mrkdwn(text: string, limit: number): { type: 'mrkdwn'; text: string } {
  return { type: 'mrkdwn', text: cut(text, limit) }
}

function cut(text: string, limit: number): string {
  if (text.length <= limit) return text
  // Not in the middle of an escaped sign, nor of a letter of two units.
  return `${text.slice(0, limit - 1).replace(/&\w{0,4}$|[\uD800-\uDBFF]$/, '')}…`
}
