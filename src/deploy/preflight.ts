// Looks at the account before a stack is deployed, and says what would not work.
import { type LoadedConfig, requiredSecrets } from '../config/build.ts'
import { secretPrefix } from '../config/index.ts'
import { type Fault, isUsageError, UsageError } from '../errors/index.ts'
import { awsAccess, type AwsAccess, reachAws } from './aws-access.ts'
import { callerAccount, lacksParameter } from './caller.ts'
import { concurrencyFaults, wantedConcurrency } from './concurrency.ts'
import { accountConcurrency, type DeployedStack, type DeployedStacks, openDeployed } from './deployed.ts'
import { openSecretsManager } from './secrets-manager.ts'
import { tableChanges } from './table-changes.ts'
import { nestedTemplates, resourcesOf, type Template } from './template.ts'

/** A stack that is about to be deployed. */
export interface PlannedStack {
  /** Its name in CloudFormation. */
  name: string
  template: Template
  /** Path of the template; nested ones are read beside it. */
  file?: string
}

export interface PreflightOptions {
  stacks: readonly PlannedStack[]
  /** The configuration of the stage. */
  loaded: LoadedConfig
  /** Account that is deployed to, as the CDK's command line says in CDK_DEFAULT_ACCOUNT; without one nothing is looked at. */
  account?: string | undefined
  /** Region that is deployed to. @default `aws_default_region`, else that of the AWS configuration */
  region?: string | undefined
  /** Told what could not be looked at, and why. */
  notice(sentence: string): void
}

/**
 * Looks for what would make a deployment fail or lose items: missing secrets, concurrency that the account does not have,
 * changes of tables that DynamoDB does not know. Only reads.
 * @throws UsageError with every fault that was found
 */
export async function preflight(options: PreflightOptions): Promise<void> {
  const { loaded, account, region, notice } = options
  if (account === undefined) return notice('There is no AWS account to look at: secrets, limits and tables are not checked')
  const access = { ...awsAccess(loaded.config), ...(region === undefined ? {} : { region }) }
  const deployed = await openDeployed(access)
  try {
    const flight: Flight = { ...options, access, deployed }
    const faults = (await isReady(flight, account)) ? await findFaults(flight) : []
    if (faults.length > 0) throw new UsageError(faults)
  } finally {
    deployed.client.destroy()
  }
}

interface Flight extends PreflightOptions {
  access: AwsAccess
  deployed: DeployedStacks
}

// The CDK may deploy with a profile that this process does not have: another account's answers would mislead.
// And it runs the app for `cdk bootstrap` too, which must not fail because secrets come later.
async function isReady(flight: Flight, account: string): Promise<boolean> {
  const { client } = flight.deployed
  const sentence = await look(flight, 'secrets, limits and tables', async () => {
    const [credentials, region] = [await client.config.credentials(), await client.config.region()]
    const own = await callerAccount(credentials, region)
    if (own !== undefined && own !== account) return `the deployment goes to the account ${account}, and the credentials here belong to ${own} (name the profile in AWS_PROFILE)`
    const parameter = flight.stacks.map(({ template }) => template.Parameters?.['BootstrapVersion']?.Default).find((name) => typeof name === 'string')
    return parameter !== undefined && (await lacksParameter(parameter, credentials, region)) ? `the account ${account} is not prepared for the CDK in ${region} (npx cdk bootstrap aws://${account}/${region})` : ''
  })
  if (sentence) flight.notice(`Secrets, limits and tables are not checked: ${sentence}`)
  return sentence === ''
}

async function findFaults(flight: Flight): Promise<Fault[]> {
  const before = new Map<PlannedStack, DeployedStack>()
  for (const stack of flight.stacks) {
    const found = await look(flight, `the tables of ${stack.name}`, () => flight.deployed.find(stack.name))
    if (found !== undefined) before.set(stack, found)
  }
  const tables = [...before].flatMap(([stack, { template }]) => tableChanges(template, stack.template))
  return [...(await secretFaults(flight, [...before.values()].map(({ template }) => template))), ...(await limitFaults(flight, before)), ...tables]
}

async function secretFaults(flight: Flight, before: readonly Template[]): Promise<Fault[]> {
  const { config, stage } = flight.loaded
  const needed = requiredSecrets(flight.loaded)
  if (needed.length === 0) return []
  const secrets = await openSecretsManager(config, flight.access)
  const states = await look(flight, 'the secrets', () => secrets.list()).finally(() => secrets.close())
  if (states === undefined) return []
  const there = new Set(states.filter(({ deletedAt }) => deletedAt === undefined).map(({ name }) => name))
  const made = new Set(before.flatMap((template) => resourcesOf(template, 'Custom::KlueSigningKeys')).flatMap(({ properties }) => properties['Names'] as string[]))
  const missing = needed.filter(({ name }, index) => !there.has(name) && needed.findIndex((other) => other.name === name) === index)
  return missing.flatMap(({ name, key, generated }) => {
    if (!generated) return [{ code: 'secret-missing', file: 'klue-config.yaml', pointer: key, message: `the stage ${stage} needs the secret ${name}, and it is not set`, hint: `klue secret set ${name} --stage ${stage}` }]
    // It is made with its stack, once.
    return made.has(`${secretPrefix(config)}${name}`) ? [{ code: 'secret-missing', file: 'klue-config.yaml', pointer: key, message: `the secret ${name} of the stage ${stage} was removed, and a further deployment does not make it again`, hint: `klue secret set ${name} --generate --stage ${stage}` }] : []
  })
}

async function limitFaults(flight: Flight, before: ReadonlyMap<PlannedStack, DeployedStack>): Promise<Fault[]> {
  const plans = flight.stacks.map((stack) => ({ stack, nested: nestedTemplates(stack.template, stack.file) }))
  const wanted = plans.flatMap(({ stack, nested }) => [stack.template, ...nested.values()].flatMap(wantedConcurrency))
  if (wanted.length === 0) return []
  const account = await look(flight, 'the limits of the account', () => accountConcurrency(flight.access))
  if (account === undefined) return []
  let reserved = 0
  for (const { stack, nested } of plans) reserved += await reservedBefore(flight, before.get(stack), [...nested.keys()])
  return concurrencyFaults(wanted, account, reserved)
}

async function reservedBefore(flight: Flight, deployed: DeployedStack | undefined, nested: readonly string[]): Promise<number> {
  if (deployed === undefined) return 0
  const inside = await Promise.all(nested.map((id) => look(flight, 'what nested stacks reserve', () => deployed.nested(id))))
  return [deployed.template, ...inside].flatMap((template) => (template === undefined ? [] : wantedConcurrency(template))).reduce((sum, { reserved = 0 }) => sum + reserved, 0)
}

const skipped = new Set(['aws-access-denied', 'aws-credentials-missing', 'aws-region-missing', 'aws-unreachable'])

// Whoever may deploy need not be allowed to look at everything.
async function look<Result>({ deployed, notice }: Flight, what: string, run: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await reachAws(deployed.client, `look at ${what}`, run)
  } catch (error) {
    const faults = isUsageError(error) ? error.faults : []
    if (faults.length === 0 || !faults.every(({ code }) => skipped.has(code))) throw error
    for (const { message } of faults) notice(`Not checked before the deployment: ${message}`)
    return undefined
  }
}
