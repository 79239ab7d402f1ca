// Bodies and headers for the line of a request: loaded where a line is to hold them.
import type { Config, LogThreshold } from '../../config/index.ts'
import { isJson } from '../../media/index.ts'
import type { ApiRequest, ApiResponse } from '../exchange/message.ts'
import type { Masker } from './mask.ts'
import type { RequestRecord } from './request-record.ts'

export interface Content {
  request: ApiRequest
  /** Before it was compressed. */
  response: ApiResponse
  config: Config
  mask: Masker
}

const order = ['debug', 'info', 'warn', 'error']

/** Adds to a record what the configuration wants of bodies and headers at its level. */
export function addContent(record: RequestRecord, { request, response, config, mask }: Content): void {
  const isWanted = (threshold: LogThreshold): boolean => threshold !== 'never' && order.indexOf(record.level) >= order.indexOf(threshold !== 'auto' ? threshold : config.live ? 'warn' : 'info')
  const limit = config.logBodyLimitBytes
  if (isWanted(config.logHeadersLevel)) {
    record.request_headers = headersOf(request.headers, config, mask)
    record.response_headers = headersOf(response.cookies.length === 0 ? response.headers : { ...response.headers, 'set-cookie': response.cookies.join(', ') }, config, mask)
  }
  if (isWanted(config.logDataLevel) && request.body !== undefined && request.body.length > 0) record.data = bodyOf(request.body, request.headers, { limit, mask })
  if (isWanted(config.logResultLevel) && response.body.length > 0) record.result = bodyOf(response.body, response.headers, { limit, mask })
}

// Headers in which proxies name the caller's address; hidden with it.
const addresses = /^(x-forwarded-for|forwarded|x-real-ip|x-client-ip|true-client-ip|cf-connecting-ip|via)$/

function headersOf(headers: Record<string, string>, config: Config, mask: Masker): Record<string, unknown> {
  const shown = config.hideIpAddress ? Object.fromEntries(Object.entries(headers).filter(([name]) => !addresses.test(name))) : headers
  return mask.value(shown, { left: 8192 }) as Record<string, unknown>
}

function bodyOf(body: string | Uint8Array, headers: Record<string, string>, { limit, mask }: { limit: number; mask: Masker }): unknown {
  const bytes = Buffer.byteLength(body)
  const type = (headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase()
  if (limit === 0 || headers['content-encoding'] !== undefined || !/^text\/|json|xml|javascript|yaml|x-www-form-urlencoded|^$/.test(type)) return `<${bytes} bytes${type === '' ? '' : ` of ${type}`}>`
  // Texts are cut by characters, so they may keep fewer bytes than the limit.
  const whole = typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, Math.min(body.length, limit * 8)).toString('utf8')
  const value = bytes <= limit * 8 && (type === '' || isJson(type)) ? parsed(whole) : undefined
  if (value !== undefined) return mask.value(value, { left: limit })
  if (type === 'application/x-www-form-urlencoded') return mask.query(whole.slice(0, limit))
  return mask.text(type.includes('xml') || type.includes('html') ? withoutSecretTags(whole.slice(0, limit), mask) : whole, limit)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

// Masks everything inside an element whose name is secret, nested elements included.
function withoutSecretTags(text: string, mask: Masker): string {
  let [shown, from] = ['', 0]
  for (const { 0: tag, 1: name, index } of text.matchAll(/<([\w:.-]{1,100})(?:\s[^<>]*)?>/g)) {
    if (index < from || tag.endsWith('/>') || !mask.isSecret(name!)) continue
    const end = text.indexOf(`</${name}`, index)
    shown += `${text.slice(from, index)}<${name}>********`
    from = end < 0 ? text.length : end
  }
  return shown + text.slice(from)
}
