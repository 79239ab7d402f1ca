// What a channel of reports may hold, and what each type of channel cannot do without.
import type { KeySpec } from './keys.ts'

const address = /^([^<>\r\n]{1,100} <)?[^\s@<>]+@[^\s@<>]+>?$/
const must = 'be an address such as backend@example.com'

/** By the name in the file. */
export const reportKeys: Readonly<Record<string, KeySpec>> = {
  type: { group: 'observing', type: 'choice', default: '', choices: ['slack', 'email', 'webhook', 'sns'], doc: 'What the channel is; mandatory.' },
  send: { group: 'observing', type: 'choice', default: 'all', choices: ['all', 'fatal', 'non-fatal'], doc: 'Which reports it gets.' },
  severity: { group: 'observing', type: 'whole number', default: 3, min: 0, max: 3, doc: 'Mildest severity that it gets: 0 critical, 1 error, 2 warning, 3 information.' },
  operations: { group: 'observing', type: 'list of texts', default: [], pattern: /^[\w*.-]+$/, must: 'be an operationId, with * for any letters', doc: 'Operations whose reports it gets, `*` for any letters; all where the list is empty.' },
  local: { group: 'observing', type: 'true or false', default: false, doc: 'Whether it is used on the stage `local` too.' },
  url: { group: 'observing', type: 'text', secret: true, pattern: /^https?:\/\/[^\s]+$/, must: 'be an URL', doc: '`slack`, `webhook`: where to send to.' },
  token: { group: 'observing', type: 'text', secret: true, doc: '`slack`: token of a bot that may `chat:write`, instead of `url`.' },
  channel: { group: 'observing', type: 'text', pattern: /^(#?[\w.-]{1,80})$/, must: 'be a channel such as #errors, or its id', doc: '`slack`: channel that the bot writes to.' },
  from: { group: 'observing', type: 'text', pattern: address, must, doc: '`email`: sender.' },
  to: { group: 'observing', type: 'list of texts', default: [], pattern: address, must, doc: '`email`: receivers.' },
  smtp_url: { group: 'observing', type: 'text', secret: true, pattern: /^smtps?:\/\/[^\s]+$/, must: 'be an URL such as smtp://user:password@mail.example.com:587', doc: '`email`: server that takes the mail; SES of the account where it is not set.' },
  signing_secret: { group: 'observing', type: 'text', secret: true, pattern: /^.{16,}$/s, must: 'be at least 16 characters long', doc: '`webhook`: key of the signature.' },
  topic_arn: { group: 'observing', type: 'text', pattern: /^arn:aws[\w-]*:sns:[\w-]+:\d{12}:[\w-]+$/, must: 'be the ARN of a topic of SNS', doc: '`sns`: topic.' },
}

/** What is missing in a channel as the files have it (secrets by their names): the key, and why. */
export function missingInChannel(settings: Readonly<Record<string, unknown>>): { key: string; message: string; hint: string }[] {
  const { type } = settings
  const lacks = (key: string): boolean => settings[key] === undefined || settings[key] === null || (Array.isArray(settings[key]) && settings[key].length === 0)
  if (lacks('type')) return [{ key: 'type', message: 'there is no type', hint: 'set it to slack, email, webhook or sns' }]
  if (type === 'slack' && lacks('url') && lacks('token')) return [{ key: 'url', message: 'a channel of Slack needs a url or a token', hint: 'set url to that of an incoming webhook, or token and channel of a bot' }]
  if (type === 'slack' && !lacks('token') && !lacks('url')) return [{ key: 'token', message: 'a channel of Slack takes either a url or a token, not both', hint: 'keep one' }]
  const needed = type === 'email' ? ['from', 'to'] : type === 'webhook' ? ['url', 'signing_secret'] : type === 'sns' ? ['topic_arn'] : lacks('token') ? [] : ['channel']
  return needed.filter(lacks).map((key) => ({ key, message: `a channel of the type ${String(type)} needs ${key}`, hint: reportKeys[key]!.doc }))
}
