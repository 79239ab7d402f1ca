// Secrets Manager as far as klue secret uses it, with its refusals.
import { type AwsReply, type AwsRequestSeen, type AwsServer, refusal, startAwsServer } from '../platform/aws-server.ts'

interface Kept {
  value: string
  /** Epoch seconds. */
  changed: number
  deleted?: number
}

export interface FakeSecretsManager extends AwsServer {
  kept: Map<string, Kept>
}

const operations: Record<string, (kept: Map<string, Kept>, input: Record<string, unknown>) => AwsReply> = {
  CreateSecret(kept, { Name: name, SecretString: value }) {
    const found = kept.get(String(name))
    if (found !== undefined) return refusal(found.deleted === undefined ? 'ResourceExistsException' : 'InvalidRequestException')
    kept.set(String(name), { value: String(value), changed: 1_780_000_000 })
    return { body: { Name: name } }
  },
  PutSecretValue: change((found, { SecretString: value }) => Object.assign(found, { value: String(value), changed: 1_790_000_000 })),
  DeleteSecret: change((found, { RecoveryWindowInDays: days }) => ({ DeletionDate: (found.deleted = 1_790_000_000 + Number(days) * 86_400) })),
  GetSecretValue: (kept, { SecretId: id }) => {
    const found = kept.get(String(id))
    if (found === undefined) return refusal('ResourceNotFoundException')
    return found.deleted === undefined ? { body: { Name: id, SecretString: found.value } } : refusal('InvalidRequestException')
  },
  DescribeSecret: (kept, { SecretId: id }) => {
    const found = kept.get(String(id))
    return found === undefined ? refusal('ResourceNotFoundException') : { body: { Name: id, ...(found.deleted === undefined ? {} : { DeletedDate: found.deleted }) } }
  },
  RestoreSecret(kept, { SecretId: id }) {
    delete kept.get(String(id))?.deleted
    return { body: { Name: id } }
  },
  ListSecrets(kept, { Filters: filters, NextToken: token }) {
    const prefix = (filters as { Values: string[] }[])[0]!.Values[0]
    const all = [...kept].filter(([name]) => name.startsWith(prefix!)).map(([Name, { changed, deleted }]) => ({ Name, LastChangedDate: changed, ...(deleted === undefined ? {} : { DeletedDate: deleted }) }))
    const start = Number(token ?? 0)
    // Pages of one, so that further ones are asked for.
    return { body: { SecretList: all.slice(start, start + 1), ...(start + 1 < all.length ? { NextToken: String(start + 1) } : {}) } }
  },
}

function change(apply: (found: Kept, input: Record<string, unknown>) => object): (kept: Map<string, Kept>, input: Record<string, unknown>) => AwsReply {
  return (kept, input) => {
    const found = kept.get(String(input['SecretId']))
    if (found === undefined) return refusal('ResourceNotFoundException')
    return found.deleted === undefined ? { body: apply(found, input) } : refusal('InvalidRequestException')
  }
}

/** Starts it; `refuse` may answer a request instead. */
export async function startSecretsManager(refuse: (request: AwsRequestSeen) => AwsReply | undefined = () => undefined): Promise<FakeSecretsManager> {
  const kept = new Map<string, Kept>()
  const server = await startAwsServer((request) => refuse(request) ?? operations[request.target.split('.')[1]!]?.(kept, request.input) ?? refusal('UnknownOperationException'))
  return { ...server, kept }
}
