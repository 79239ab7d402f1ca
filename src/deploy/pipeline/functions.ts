// The functions of a stage: which versions are live, what their code holds, and which old versions may go.
import type { LambdaClient } from '@aws-sdk/client-lambda'
import { gunzipSync } from 'node:zlib'
import { type AwsAccess, reachAws } from '../aws-access.ts'

export interface StageFunctions {
  /** Number of the version of each alias. */
  live(arns: ReadonlyMap<string, string>): Promise<Record<string, number>>
  /** The documents that a version of the function of documents serves, by API. */
  documents(aliasArn: string): Promise<Map<string, unknown>>
  /** Whether a version is still there. */
  isThere(aliasArn: string, version: number): Promise<boolean>
  /** Deletes the versions that nobody needs; gives how many. */
  prune(aliasArn: string, kept: ReadonlySet<number>): Promise<number>
  close(): void
}

/** Opens Lambda. The SDK is loaded here. */
export async function openFunctions(access: AwsAccess): Promise<StageFunctions> {
  const sdk = await import('@aws-sdk/client-lambda')
  const client = new sdk.LambdaClient(access)
  const reach = <Result>(what: string, run: () => Promise<Result>): Promise<Result> => reachAws(client, what, run)
  return {
    async live(arns) {
      const found: Record<string, number> = {}
      for (const [name, arn] of arns) {
        const { FunctionVersion: version } = await reach(`read the alias live of ${name}`, () => client.send(new sdk.GetAliasCommand({ FunctionName: functionOf(arn), Name: 'live' })))
        if (/^\d+$/.test(version ?? '')) found[name] = Number(version)
      }
      return found
    },
    documents: (arn) => reach('read the documents that are live', async () => {
      const { Code: code } = await client.send(new sdk.GetFunctionCommand({ FunctionName: functionOf(arn), Qualifier: 'live' }))
      return documentsInZip(await download(code?.Location))
    }),
    isThere: (arn, version) => reach('look for a version', async () => {
      try {
        await client.send(new sdk.GetFunctionConfigurationCommand({ FunctionName: functionOf(arn), Qualifier: String(version) }))
        return true
      } catch (error) {
        if (error instanceof sdk.ResourceNotFoundException) return false
        throw error
      }
    }),
    prune: (arn, kept) => reach('delete old versions', () => prune({ client, sdk, name: functionOf(arn) }, kept)),
    close: () => client.destroy(),
  }
}

/** ARN of the function of an alias. */
function functionOf(aliasArn: string): string {
  return aliasArn.replace(/:[^:]+$/, '')
}

async function download(location: string | undefined): Promise<Uint8Array> {
  if (location === undefined) throw new Error('Lambda gives no address of the code')
  const answer = await fetch(location, { signal: AbortSignal.timeout(60_000) })
  if (!answer.ok) throw new Error(`The code of the function of documents could not be read: ${answer.status}`)
  return new Uint8Array(await answer.arrayBuffer())
}

async function documentsInZip(zip: Uint8Array): Promise<Map<string, unknown>> {
  const { unzipSync } = await import('fflate')
  const wanted = /^documents\/([^/]+)\.json\.gz$/
  const files = unzipSync(zip, { filter: ({ name }) => wanted.test(name) })
  return new Map(Object.entries(files).map(([name, bytes]) => [wanted.exec(name)![1]!, JSON.parse(gunzipSync(bytes).toString('utf8')) as unknown]))
}

interface Owner {
  client: LambdaClient
  sdk: typeof import('@aws-sdk/client-lambda')
  name: string
}

async function prune({ client, sdk, name }: Owner, kept: ReadonlySet<number>): Promise<number> {
  const named = new Set<number>()
  for await (const { Aliases: aliases = [] } of sdk.paginateListAliases({ client }, { FunctionName: name })) {
    for (const { FunctionVersion: version, RoutingConfig: routing } of aliases) for (const number of [version, ...Object.keys(routing?.AdditionalVersionWeights ?? {})]) named.add(Number(number))
  }
  const versions: number[] = []
  for await (const { Versions: page = [] } of sdk.paginateListVersionsByFunction({ client }, { FunctionName: name })) versions.push(...page.map(({ Version: version }) => Number(version)).filter((version) => version > 0))
  // The newest one is what the stack itself holds.
  const newest = Math.max(...versions)
  const old = versions.filter((version) => version !== newest && !kept.has(version) && !named.has(version))
  for (const version of old) await client.send(new sdk.DeleteFunctionCommand({ FunctionName: name, Qualifier: String(version) }))
  return old.length
}
