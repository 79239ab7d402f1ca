// Calls of AWS services that speak JSON or the query protocol, signed, without a package for each of them.
import { createHash, createHmac } from 'node:crypto'
import { region } from './cloud.ts'

export interface AwsCall {
  endpoint: string
  /** Name of the service in the signature, for example `secretsmanager`. */
  service: string
  /** X-Amz-Target, for example `secretsmanager.GetSecretValue`; absent for the query protocol. */
  target?: string
  /** JSON for services with a target, else form fields. */
  input: Record<string, unknown>
}

/** Calls AWS and gives the answer: an object for services with a target, else the text. Throws where it is refused. */
export async function callAws<Output = Record<string, unknown>>({ endpoint, service, target, input }: AwsCall): Promise<Output> {
  const body = target === undefined ? new URLSearchParams(input as Record<string, string>).toString() : JSON.stringify(input)
  const headers: Record<string, string> = {
    'content-type': target === undefined ? 'application/x-www-form-urlencoded' : 'application/x-amz-json-1.1',
    host: new URL(endpoint).host,
    'x-amz-date': new Date().toISOString().replaceAll(/[-:]|\.\d+/g, ''),
    ...(target === undefined ? {} : { 'x-amz-target': target }),
  }
  const answer = await fetch(endpoint, { method: 'POST', body, headers: { ...headers, authorization: authorization({ service, headers, method: 'POST', path: '/', body }) } })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${target ?? String(input['Action'])} answered ${answer.status}: ${text.slice(0, 500)}`)
  return (target === undefined ? text : JSON.parse(text)) as Output
}

/** GET of a REST service, for example the functions of Lambda. */
export async function getAws<Output>(endpoint: string, service: string, path: string): Promise<Output> {
  const headers = { host: new URL(endpoint).host, 'x-amz-date': new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '') }
  const answer = await fetch(`${endpoint}${path}`, { headers: { ...headers, authorization: authorization({ service, headers, method: 'GET', path, body: '' }) } })
  if (!answer.ok) throw new Error(`GET ${path} answered ${answer.status}: ${(await answer.text()).slice(0, 500)}`)
  return (await answer.json()) as Output
}

/** Calls a function and gives its answer; fails where it fails. */
export async function invoke(endpoint: string, name: string, event: unknown): Promise<unknown> {
  const path = `/2015-03-31/functions/${name}/invocations`
  const body = JSON.stringify(event)
  const headers = { host: new URL(endpoint).host, 'x-amz-date': new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '') }
  const answer = await fetch(`${endpoint}${path}`, { method: 'POST', body, headers: { ...headers, authorization: authorization({ service: 'lambda', headers, method: 'POST', path, body }) } })
  const text = await answer.text()
  if (!answer.ok || answer.headers.has('x-amz-function-error')) throw new Error(`${name} answered ${answer.status}: ${text.slice(0, 500)}`)
  return text === '' ? undefined : JSON.parse(text)
}

// Signature version 4 with the keys of the emulator's root.
function authorization({ service, headers, method, path, body }: { service: string; headers: Record<string, string>; method: string; path: string; body: string }): string {
  const names = Object.keys(headers).sort()
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
  const canonical = [method, path, '', ...names.map((name) => `${name}:${headers[name]}`), '', names.join(';'), hash(body)].join('\n')
  const time = headers['x-amz-date']!
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`
  const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
  const key = scope.split('/').reduce<string | Buffer>((last, part) => hmac(last, part), 'AWS4test')
  const signature = createHmac('sha256', key).update(['AWS4-HMAC-SHA256', time, scope, hash(canonical)].join('\n')).digest('hex')
  return `AWS4-HMAC-SHA256 Credential=test/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`
}
