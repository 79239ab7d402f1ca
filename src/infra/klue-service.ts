// A service in AWS: its functions behind HTTP APIs, with tables, logs, limits, a host and alarms.
import { CfnOutput, Duration, Tags } from 'aws-cdk-lib'
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager'
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch'
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam'
import { HostedZone } from 'aws-cdk-lib/aws-route53'
import type { LogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { requiredSecrets } from '../config/build.ts'
import { withSide } from '../persist/index.ts'
import { storeDefinition } from '../store/index.ts'
import { workerName } from './bundle-worker.ts'
import { allTableCalls } from './table-calls.ts'
import { placeOf } from './function-nests.ts'
import { grantItems, grantSecrets } from './grants.ts'
import { KlueApi, type KlueApiProps, refusedPattern } from './klue-api.ts'
import { candidateHash, KlueCandidate } from './klue-candidate.ts'
import { type MadeSource, sourceNamed } from './klue-consumers.ts'
import { KlueDomain } from './klue-domain.ts'
import { gatewayLimit, KlueFunction } from './klue-function.ts'
import type { KlueServiceProps } from './klue-service-props.ts'
import { KlueShift } from './klue-shift.ts'
import { KlueTable } from './klue-table.ts'
import { KlueTasks } from './klue-tasks.ts'
import { KlueTelemetry } from './klue-telemetry.ts'
import { KlueWatch } from './klue-watch.ts'
import { functionsByName, type OwnRoutes, routesBesideCandidate, setLiveVersions } from './live-versions.ts'
import { planRoutes, type PlannedRoute } from './plan-routes.ts'
import type { PreparedFunction, PreparedWorker } from './project.ts'
import { ownSettings, type ServiceSettings, serviceSettings } from './service-settings.ts'
import { SigningKeys } from './signing-keys.ts'
import { tellAddresses, tellSources } from './tell-addresses.ts'

/**
 * The functions of a project, each entry file behind an HTTP API of its own, with everything that they use.
 * @example
 * new KlueService(stack, 'Service', { project: await prepareProject({ stage: stageOf(app) }) })
 */
export class KlueService extends Construct {
  /** The main HTTP API: that of the first entry file. */
  readonly api: KlueApi
  /** The HTTP APIs by the name of their entry file. */
  readonly apis: ReadonlyMap<string, KlueApi>
  /** The functions by name: those of entry files, and those of `x-klue-function`. */
  readonly functions: ReadonlyMap<string, KlueFunction>
  /** The tables by logical name, as in `x-persist`. */
  readonly tables: ReadonlyMap<string, KlueTable>
  /** Serves `/doc/*`. */
  readonly documents: KlueFunction | undefined
  /** What becomes of the lines of functions: ingest, reporter and what lies between them. */
  readonly telemetry: KlueTelemetry | undefined
  /** The queue of tasks and what runs them, where the service has some. */
  readonly tasks: KlueTasks | undefined
  /** The new version at addresses of its own, where the context `klue:candidate` asks for it. */
  readonly candidate: KlueCandidate | undefined
  /** Alarms and dashboard. */
  readonly watch: KlueWatch | undefined
  /** The public host. */
  readonly domain: KlueDomain | undefined
  /** Makes the secrets that nobody has set and the kit may make, such as `jwt_secret`. */
  readonly signingKeys: SigningKeys | undefined

  readonly #props: KlueServiceProps
  readonly #settings: ServiceSettings
  readonly #shift: KlueShift | undefined

  constructor(scope: Construct, id: string, props: KlueServiceProps) {
    super(scope, id)
    this.#props = props
    this.#settings = serviceSettings(props)
    const { project } = props
    this.signingKeys = this.#makeSigningKeys()
    this.tables = this.#makeTables()
    this.documents = props.documents === false ? undefined : this.#makeDocuments()
    this.candidate = this.#makeCandidate()
    this.#shift = this.#makeShift()
    const functions = new Map<string, KlueFunction>()
    this.functions = functions
    this.apis = new Map(project.functions.map((prepared, index) => [prepared.name, this.#makeApi(prepared, index === 0, functions)]))
    this.api = this.apis.get(project.functions[0]!.name)!
    this.tasks = project.worker === undefined ? undefined : this.#makeTasks(project.worker)
    tellAddresses(project, this)
    this.domain = this.#makeDomain()
    this.telemetry = props.telemetry === false ? undefined : this.#makeTelemetry()
    setLiveVersions(this, functionsByName(functions, { documents: this.documents, ingest: this.telemetry?.ingest, reporter: this.telemetry?.reporter, [workerName]: this.tasks?.worker }, project.functions))
    this.watch = this.#settings.alarms ? this.#makeWatch() : undefined
    Tags.of(this).add('klue:service', project.name)
    Tags.of(this).add('klue:stage', project.stage)
  }

  /** Lets somebody call the functions directly, past the gateway. */
  grantInvoke(grantee: IGrantable): Grant {
    return [...this.functions.values()].map((target) => target.alias.grantInvoke(grantee)).reduce((all, grant) => all.combine(grant))
  }

  /** Lets somebody read the items of a table; of all tables without a name. */
  grantReadData(grantee: IGrantable, table?: string): Grant {
    return this.#tablesCalled(table).map((found) => found.table.grantReadData(grantee)).reduce((all, grant) => all.combine(grant))
  }

  /** Lets somebody read and write the items of a table; of all tables without a name. */
  grantReadWriteData(grantee: IGrantable, table?: string): Grant {
    return this.#tablesCalled(table).map((found) => found.table.grantReadWriteData(grantee)).reduce((all, grant) => all.combine(grant))
  }

  /** The queue, topic, bucket or bus that the stack has made for a consumer: `grantSendMessages`, `grantPublish` and the like let somebody use it. Throws for one that is named by its ARN. */
  sourceOf(consumer: string): MadeSource {
    return sourceNamed(this.tasks?.consumers ?? { sources: new Map() }, consumer)
  }

  /** Requests to the main API. @default the sum of five minutes */
  metricRequests(options?: MetricOptions): Metric {
    return this.api.metric('Count', { statistic: 'Sum', ...options })
  }

  /** Answers of 400 to 499 of the main API. @default the sum of five minutes */
  metricClientErrors(options?: MetricOptions): Metric {
    return this.api.metric('4xx', { statistic: 'Sum', ...options })
  }

  /** Answers of 500 and above of the main API. @default the sum of five minutes */
  metricServerErrors(options?: MetricOptions): Metric {
    return this.api.metric('5xx', { statistic: 'Sum', ...options })
  }

  /** Milliseconds from request to answer at the main API. @default the 99th percentile of five minutes */
  metricLatency(options?: MetricOptions): Metric {
    return this.api.metric('Latency', { statistic: 'p99', ...options })
  }

  #tablesCalled(name: string | undefined): KlueTable[] {
    const found = name === undefined ? [...this.tables.values()] : [this.tables.get(name)].filter((table) => table !== undefined)
    if (found.length === 0) throw new Error(`There is no table ${name}; there are ${[...this.tables.keys()].join(', ')}`)
    return found
  }

  #makeSigningKeys(): SigningKeys | undefined {
    const { loaded, secretPrefix } = this.#props.project
    const { logRetention, removalPolicy } = this.#settings
    const names = requiredSecrets(loaded).filter(({ generated }) => generated).map(({ name }) => name)
    return names.length === 0 ? undefined : new SigningKeys(this, 'SigningKeys', { secretPrefix, names, logRetention, removalPolicy })
  }

  #makeTables(): Map<string, KlueTable> {
    const { capacity, deletionProtection, pointInTimeRecovery, removalPolicy } = this.#settings
    const { functions, tablePrefix } = this.#props.project
    const definitions = new Map(functions.flatMap(({ tables }) => tables.flatMap(withSide).map((definition) => [definition.table, definition])))
    return new Map([...definitions].map(([name, definition]) => [
      name,
      new KlueTable(this, `Table-${name}`, { definition, tableName: `${tablePrefix}${name}`, deletionProtection, pointInTimeRecovery, removalPolicy, ...(capacity === undefined ? {} : { capacity }) }),
    ]))
  }

  #makeDocuments(): KlueFunction {
    const { project } = this.#props
    const { logRetention, removalPolicy } = this.#settings
    return new KlueFunction(this, 'Documents', { folder: project.documents, handler: 'index.handler', description: `${project.name}, stage ${project.stage}: documents`, memorySize: 256, timeout: Duration.seconds(10), environment: this.#versionVariable(), logRetention, removalPolicy })
  }

  #makeCandidate(): KlueCandidate | undefined {
    const tokenHash = candidateHash(this)
    return tokenHash === undefined ? undefined : new KlueCandidate(this, 'Candidate', { tokenHash, logRetention: this.#settings.logRetention })
  }

  #makeShift(): KlueShift | undefined {
    const { shift, alarmErrorPercent: errorPercent } = this.#settings
    return shift === 'all at once' ? undefined : new KlueShift(this, 'Shift', { shift, errorPercent })
  }

  #makeApi(prepared: PreparedFunction, isMain: boolean, functions: Map<string, KlueFunction>): KlueApi {
    const { project, documents = true } = this.#props
    const { throttle, operationThrottles } = this.#settings
    const operations = new Set(prepared.apis.flatMap((api) => api.operations.map(({ id }) => id)))
    const throttles = Object.fromEntries(Object.entries(operationThrottles).filter(([id]) => operations.has(id) || isMain))
    const routes = planRoutes({ apis: prepared.apis, throttles, otherRoutes: documents ? 2 : 1 })
    const target = this.#makeFunction(this, prepared, { name: prepared.name, routes })
    functions.set(prepared.name, target)
    const split = [...new Set(routes.flatMap((route) => route.function ?? []))]
    for (const name of split) functions.set(name, this.#makeFunction(placeOf(this, name, { count: split.length, nestFunctions: this.#props.nestFunctions }), prepared, { name, routes }))
    const own = { routes, documents: isMain ? this.documents : undefined }
    const props: Omit<KlueApiProps, 'routes' | 'documents'> = {
      apiName: isMain ? project.stackName : `${project.stackName}-${prepared.name}`,
      description: `${prepared.name}, stage ${project.stage}`,
      target,
      functions,
      logRetention: this.#settings.logRetention,
      removalPolicy: this.#settings.removalPolicy,
      ...(throttle === undefined ? {} : { throttle }),
    }
    const api = new KlueApi(this, `Api-${prepared.name}`, { ...props, ...propsOf(this.candidate === undefined ? own : routesBesideCandidate(own, prepared.name, this)) })
    const output = isMain ? 'Url' : `Url${prepared.name.replace(/[^A-Za-z0-9]/g, '')}`
    new CfnOutput(this, `Url-${prepared.name}`, { value: api.url }).overrideLogicalId(output)
    this.#shift?.move(prepared.name, api, [target, ...split.map((name) => functions.get(name)!), ...(isMain && this.documents !== undefined ? [this.documents] : [])])
    this.candidate?.serve(prepared.name, `Candidate${output}`, { ...props, ...propsOf(own) })
    return api
  }

  #makeFunction(scope: Construct, prepared: PreparedFunction, { name, routes }: { name: string; routes: readonly PlannedRoute[] }): KlueFunction {
    const { project, environment = {} } = this.#props
    const { logRetention, removalPolicy } = this.#settings
    const { memorySize, reserved, provisioned, timeoutSeconds } = ownSettings(this.#settings, name)
    const made = new KlueFunction(scope, `Function-${name}`, {
      folder: prepared.folder,
      handler: prepared.handler,
      description: `${project.name}, stage ${project.stage}: ${name}`,
      memorySize,
      // A second more than a handler has, so that klue's own 504 is the one that callers see.
      timeout: Duration.seconds(Math.min((timeoutSeconds ?? this.#longest(prepared, { name, routes })) + 1, gatewayLimit.toSeconds())),
      environment: { ...environment, KLUE_TABLE_PREFIX: project.tablePrefix, KLUE_SECRETS: prepared.secrets.join(','), ...this.#versionVariable() },
      logRetention,
      removalPolicy,
      ...(reserved === undefined ? {} : { reservedConcurrentExecutions: reserved }),
      ...(provisioned === undefined ? {} : { provisioned }),
    })
    for (const own of prepared.tables) {
      for (const definition of withSide(own)) grantItems(this.tables.get(definition.table)!.table, made.function, { definition, calls: prepared.tableCalls ?? allTableCalls, isSide: definition !== own })
    }
    grantSecrets(made.function, project.secretPrefix, prepared.secrets)
    // The key is there before the first request can ask for it.
    if (this.signingKeys !== undefined) made.node.addDependency(this.signingKeys)
    return made
  }

  // Operations may have more time than the stage's handlers have.
  #longest({ apis }: PreparedFunction, { name, routes }: { name: string; routes: readonly PlannedRoute[] }): number {
    const own = new Set(routes.filter((route) => route.function === name).map(({ operationId }) => operationId))
    const operations = apis.flatMap((api) => api.operations).filter(({ id }) => own.size === 0 || own.has(id))
    return Math.max(...operations.map(({ settings }) => settings.timeoutSeconds ?? this.#props.project.timeoutSeconds), 1)
  }

  #versionVariable(): Record<string, string> {
    const { version } = this.#props.project
    return version === undefined ? {} : { KLUE_VERSION: version }
  }

  #makeDomain(): KlueDomain | undefined {
    const { deployment, liveHost } = this.#props.project
    const domainName = this.#props.domainName ?? liveHost?.replace(/^https?:\/\/|[:/].*$/g, '')
    const certificate = this.#props.certificate ?? (deployment.awsCertArn === undefined ? undefined : Certificate.fromCertificateArn(this, 'Certificate', deployment.awsCertArn))
    if (domainName === undefined || certificate === undefined) return undefined
    const hostedZone = this.#props.hostedZone ?? (deployment.awsZoneId === undefined ? undefined : HostedZone.fromHostedZoneAttributes(this, 'Zone', { hostedZoneId: deployment.awsZoneId, zoneName: domainName.slice(domainName.indexOf('.') + 1) }))
    return new KlueDomain(this, 'Domain', { domainName, certificate, api: this.api.api, stage: this.api.stage, ...(hostedZone === undefined ? {} : { hostedZone }) })
  }

  #makeTasks(worker: PreparedWorker): KlueTasks {
    const { project, environment = {}, taskConcurrency: concurrency = 10 } = this.#props
    const { logRetention, removalPolicy } = this.#settings
    const { memorySize } = ownSettings(this.#settings, workerName)
    const tasks = new KlueTasks(this, 'Tasks', { project, worker, tables: this.tables, memorySize, concurrency, environment: { ...environment, ...this.#versionVariable() }, logRetention, removalPolicy, runsSchedules: project.deployment.runSchedules, candidate: this.candidate !== undefined })
    const firing = new Set(project.functions.filter(({ fires }) => fires).flatMap(({ name, apis }) => [name, ...apis.flatMap((api) => api.operations.flatMap(({ settings }) => settings.function ?? []))]))
    for (const [name, target] of this.functions) if (firing.has(name)) tasks.allow(target)
    if (this.signingKeys !== undefined) tasks.worker.node.addDependency(this.signingKeys)
    tellSources(tasks)
    return tasks
  }

  #makeTelemetry(): KlueTelemetry {
    const { project } = this.#props
    const { logRetention, removalPolicy } = this.#settings
    const logs = new Map<string, { group: LogGroup; pattern: string }>([...[...this.#running()].map(([name, target]) => [`Function-${name}`, { group: target.logGroup, pattern: '' }] as const), ...[...this.apis].map(([name, api]) => [`Access-${name}`, { group: api.accessLog, pattern: refusedPattern }] as const)])
    return new KlueTelemetry(this, 'Telemetry', { project, store: this.tables.get(storeDefinition.table)!, functions: [...this.#running().values()], tables: [...this.tables.values()], logs, logRetention, removalPolicy })
  }

  // What leaves lines of requests and runs.
  #running(): ReadonlyMap<string, KlueFunction> {
    return new Map([...this.functions, ...(this.tasks === undefined ? [] : [[workerName, this.tasks.worker] as const])])
  }

  #makeWatch(): KlueWatch {
    const { project, alarmTopic } = this.#props
    const { alarmErrorPercent: errorPercent, alarmLatency: latency } = this.#settings
    const watch = new KlueWatch(this, 'Watch', {
      name: project.stackName,
      apis: this.apis,
      functions: this.functions,
      tables: this.tables,
      errorPercent,
      latency,
      dashboard: this.#settings.dashboard,
      ...(alarmTopic === undefined ? {} : { topic: alarmTopic }),
      ...(project.deployment.alarmEmail === undefined ? {} : { email: project.deployment.alarmEmail }),
    })
    this.telemetry?.watch(project.stackName, watch.topic)
    this.tasks?.watch(project.stackName, watch.topic)
    return watch
  }
}

function propsOf({ routes, documents }: OwnRoutes): Pick<KlueApiProps, 'routes' | 'documents'> {
  return { routes, ...(documents === undefined ? {} : { documents }) }
}
