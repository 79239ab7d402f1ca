// What a channel of reports is, as the configuration says.

/** One receiver of reports, as `reports.<name>` in the file says. */
export interface ReportChannelSettings {
  type: 'slack' | 'email' | 'webhook' | 'sns'
  /** Which reports it gets; `all` by default. */
  send?: 'all' | 'fatal' | 'non-fatal'
  /** The mildest severity that it gets, 0 (critical) to 3 (info); 3 by default. */
  severity?: number
  /** Operations whose reports it gets, `*` for any letters; all by default. */
  operations?: string[]
  /** Whether it is used on the stage `local` too. */
  local?: boolean
  url?: string
  token?: string
  channel?: string
  from?: string
  to?: string[]
  smtpUrl?: string
  signingSecret?: string
  topicArn?: string
}
