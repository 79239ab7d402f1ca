// The secrets of a deployed stage in Secrets Manager, as commands set, list and remove them.
import type { ListSecretsCommandOutput, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { type Config, secretPrefix } from '../config/index.ts'
import { UsageError } from '../errors/index.ts'
import { type AwsAccess, awsAccess, reachAws } from './aws-access.ts'
import type { SecretState, StageSecrets } from './secret-types.ts'

// The shortest time that AWS allows.
const recoveryDays = 7

/** Opens Secrets Manager with the profile and region of the stage. The SDK is loaded here. */
export async function openSecretsManager(config: Config, access: AwsAccess = awsAccess(config)): Promise<StageSecrets> {
  const sdk = await import('@aws-sdk/client-secrets-manager')
  const client = new sdk.SecretsManagerClient(access)
  const prefix = secretPrefix(config)
  return {
    list: () => reachAws(client, `list the secrets of the stage ${config.stage}`, () => list(client, sdk, prefix)),
    read: (name) => reachAws(client, `read the secret ${prefix}${name}`, () => read({ client, sdk, id: `${prefix}${name}` })),
    set: (name, value) => reachAws(client, `set the secret ${prefix}${name}`, () => set({ client, sdk, id: `${prefix}${name}` }, value)),
    remove: (name) => reachAws(client, `remove the secret ${prefix}${name}`, () => remove({ client, sdk, id: `${prefix}${name}` })),
    close: () => client.destroy(),
  }
}

type Sdk = typeof import('@aws-sdk/client-secrets-manager')

interface Target {
  client: SecretsManagerClient
  sdk: Sdk
  /** The whole name. */
  id: string
}

async function list(client: SecretsManagerClient, sdk: Sdk, prefix: string): Promise<SecretState[]> {
  const found: SecretState[] = []
  let token: string | undefined
  do {
    const page: ListSecretsCommandOutput = await client.send(new sdk.ListSecretsCommand({ Filters: [{ Key: 'name', Values: [prefix] }], IncludePlannedDeletion: true, ...(token === undefined ? {} : { NextToken: token }) }))
    for (const { Name: name, LastChangedDate: changed, CreatedDate: created, DeletedDate: deleted } of page.SecretList ?? []) {
      // The filter takes beginnings of words, in any case.
      if (name?.startsWith(prefix) !== true) continue
      const time = changed ?? created
      found.push({ name: name.slice(prefix.length), ...(time === undefined ? {} : { changed: time.toISOString() }), ...(deleted === undefined ? {} : { deletedAt: deleted.toISOString() }) })
    }
    token = page.NextToken
  } while (token !== undefined)
  return found
}

async function read({ client, sdk, id }: Target): Promise<string | undefined> {
  try {
    return (await client.send(new sdk.GetSecretValueCommand({ SecretId: id }))).SecretString
  } catch (error) {
    // A removed secret is there until it is gone for good, and cannot be read.
    if (error instanceof sdk.ResourceNotFoundException || error instanceof sdk.InvalidRequestException) return undefined
    throw error
  }
}

async function set(target: Target, value: string): Promise<'made' | 'changed' | 'restored'> {
  const { client, sdk, id } = target
  const put = async (): Promise<void> => void (await client.send(new sdk.PutSecretValueCommand({ SecretId: id, SecretString: value })))
  try {
    await put()
    return 'changed'
  } catch (error) {
    if (error instanceof sdk.ResourceNotFoundException) {
      await client.send(new sdk.CreateSecretCommand({ Name: id, SecretString: value }))
      return 'made'
    }
    if (!(await isDeleted(target, error))) throw error
    // The name of a removed secret stays taken for days, so it can only be brought back.
    await client.send(new sdk.RestoreSecretCommand({ SecretId: id }))
    await put()
    return 'restored'
  }
}

async function isDeleted({ client, sdk, id }: Target, error: unknown): Promise<boolean> {
  if (!(error instanceof sdk.InvalidRequestException)) return false
  const { DeletedDate: deleted } = await client.send(new sdk.DescribeSecretCommand({ SecretId: id }))
  return deleted !== undefined
}

async function remove({ client, sdk, id }: Target): Promise<string | undefined> {
  try {
    const { DeletionDate: date } = await client.send(new sdk.DeleteSecretCommand({ SecretId: id, RecoveryWindowInDays: recoveryDays }))
    return date?.toISOString()
  } catch (error) {
    if (error instanceof sdk.ResourceNotFoundException) throw new UsageError({ code: 'secret-unknown', file: '', pointer: id, message: `there is no secret ${id}`, hint: 'klue secret list shows those of the stage' })
    throw error
  }
}
