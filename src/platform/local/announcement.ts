// Where the embedded DynamoDB of a folder answers, and with which credentials: a file for other commands of the same user.
import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { writePrivateFile } from '../../workfolder/index.ts'
import { signedHeaders } from '../aws/sign.ts'
import { isAlive, isIdentity, type ProcessIdentity, thisProcess } from './process-lock.ts'
import type { DynamoCredentials } from './verify-signature.ts'

/** What it takes to call an embedded DynamoDB. */
export interface DynamoAccess {
  /** For example `http://127.0.0.1:49152`. */
  endpoint: string
  credentials: DynamoCredentials
}

/** Credentials that nobody knows yet. */
export function newCredentials(): DynamoCredentials {
  return { accessKeyId: `KLUE${randomBytes(8).toString('hex').toUpperCase()}`, secretAccessKey: randomBytes(32).toString('base64url') }
}

/** Tells other processes of the same user. */
export function announce(folder: string, { endpoint, credentials }: DynamoAccess): void {
  writePrivateFile(pathIn(folder), JSON.stringify({ ...thisProcess(), endpoint, credentials }))
}

/** Takes back what this process has told. */
export function withdraw(folder: string): boolean {
  if (read(folder)?.pid !== process.pid) return false
  rmSync(pathIn(folder), { force: true })
  return true
}

/** How to call the DynamoDB of the process that has this folder open, or undefined where none answers. */
export async function joinLocalDynamo(folder: string): Promise<DynamoAccess | undefined> {
  const announced = read(folder)
  if (announced === undefined || !isAlive(announced)) return undefined
  const { endpoint, credentials } = announced
  return (await answers({ endpoint, credentials })) ? { endpoint, credentials } : undefined
}

// A call that only the right one answers: the port may be another process's by now.
async function answers({ endpoint, credentials }: DynamoAccess): Promise<boolean> {
  const request = { method: 'POST', url: new URL(endpoint), headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.ListTables' }, body: '{"Limit":1}' }
  try {
    const answer = await fetch(endpoint, { method: 'POST', body: request.body, headers: signedHeaders(request, { credentials, region: 'us-east-1', service: 'dynamodb', now: Date.now() }), signal: AbortSignal.timeout(2000) })
    return answer.status === 200 && Array.isArray(((await answer.json()) as { TableNames?: unknown }).TableNames)
  } catch {
    return false
  }
}

function pathIn(folder: string): string {
  return join(folder, 'endpoint.json')
}

function read(folder: string): (ProcessIdentity & DynamoAccess) | undefined {
  try {
    const announced = JSON.parse(readFileSync(pathIn(folder), 'utf8')) as (ProcessIdentity & Partial<DynamoAccess>) | null
    return isIdentity(announced) && isAccess(announced) ? announced : undefined
  } catch {
    return undefined
  }
}

// Only an address of this machine gets a signature.
function isAccess(value: ProcessIdentity & Partial<DynamoAccess>): value is ProcessIdentity & DynamoAccess {
  const { endpoint, credentials } = value
  return typeof endpoint === 'string' && /^http:\/\/127\.0\.0\.1:\d+$/.test(endpoint) && typeof credentials?.accessKeyId === 'string' && typeof credentials.secretAccessKey === 'string'
}
