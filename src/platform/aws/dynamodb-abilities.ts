// What a DynamoDB that stands in for that of AWS cannot do: told by harmless calls, which one that knows them answers or refuses.
import { type AwsCall, AwsFailure } from './json-client.ts'

export type DynamoAbility = 'transactions' | 'expiry' | 'streams'

// None of them does anything: they ask for nothing, or are refused for what they lack.
const probes: Readonly<Record<DynamoAbility, [target: string, input: Record<string, unknown>]>> = {
  transactions: ['DynamoDB_20120810.TransactWriteItems', { TransactItems: [] }],
  expiry: ['DynamoDB_20120810.UpdateTimeToLive', {}],
  streams: ['DynamoDBStreams_20120810.ListStreams', { Limit: 1 }],
}
const unknown = new Set(['UnknownOperationException', 'UnknownOperation', 'InvalidAction', 'NotImplemented', 'Status404', 'Status501'])

/** What the DynamoDB behind a call lacks. Rejects with an AwsFailure where it cannot be reached. */
export async function lackingAbilities(call: AwsCall): Promise<DynamoAbility[]> {
  const abilities = Object.entries(probes) as [DynamoAbility, (typeof probes)[DynamoAbility]][]
  const lacking = await Promise.all(abilities.map(async ([ability, [target, input]]) => ((await isKnown(call, target, input)) ? [] : [ability])))
  return lacking.flat()
}

async function isKnown(call: AwsCall, target: string, input: Record<string, unknown>): Promise<boolean> {
  try {
    await call(target, input)
    return true
  } catch (failure) {
    if (!(failure instanceof AwsFailure) || failure.code === 'Unreachable' || failure.code === 'CredentialsMissing') throw failure
    return !unknown.has(failure.code)
  }
}
