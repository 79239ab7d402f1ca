// The HTTP API in front of a service: one default route, and a route for each operation that has a function or a limit of its own.
import { type RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'
import { CfnAuthorizer, CfnIntegration, CfnRoute, CfnStage, HttpApi, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2'
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch'
import { CfnPermission, type IFunction } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { lineShape, markName } from '../config/index.ts'
import type { KlueFunction } from './klue-function.ts'
import type { PlannedRoute, Throttle } from './plan-routes.ts'

export interface KlueApiProps {
  /** Shown in the console of AWS. */
  readonly apiName: string
  /** Shown in the console of AWS. */
  readonly description: string
  /** Answers everything that has no route of its own. */
  readonly target: KlueFunction
  /** Operations with a function or a limit of their own. */
  readonly routes: readonly PlannedRoute[]
  /** The functions that routes name. */
  readonly functions: ReadonlyMap<string, KlueFunction>
  /** Serves `/doc/*`. @default the target */
  readonly documents?: KlueFunction
  /** Limit of the whole stage. @default the account's */
  readonly throttle?: Throttle
  /** How long lines of the access log are kept. */
  readonly logRetention: RetentionDays
  /** What happens to the access log when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy
  /** The alias of functions that is called. @default live */
  readonly version?: 'live' | 'candidate'
  /** Function that sees the header `x-klue-candidate` of each request and lets it in or not. @default everybody is let in */
  readonly authorizer?: IFunction
}

/** What the gateway writes of each request: its names and the variables that it fills in. Neither queries nor headers: they may hold secrets. Short names, as CloudWatch is paid by the byte; src/telemetry/read-access.ts reads them. */
export const accessLine: Readonly<Record<string, string | number>> = {
  [markName]: lineShape,
  kind: 'access',
  request_id: '$context.requestId',
  time: '$context.requestTimeEpoch',
  ip: '$context.identity.sourceIp',
  m: '$context.httpMethod',
  p: '$context.path',
  status: '$context.status',
  ms: '$context.responseLatency',
  n: '$context.responseLength',
  ge: '$context.error.responseType',
  is: '$context.integrationStatus',
  ie: '$context.integrationErrorMessage',
  r: '$context.integration.requestId',
}

/**
 * Matches the access lines that ingest counts: those of requests that no function has answered. Others need not be delivered to it.
 * src/telemetry/read-access.ts says the same.
 */
export const refusedPattern = '{ ($.is != "200") || ($.ge != "-") || ($.ie != "-") || ($.status = "429") || ($.status = "5*") }'

/** An HTTP API with payload 2.0. CORS is the functions' own: the gateway's settings would overrule theirs. */
export class KlueApi extends Construct {
  /** The HTTP API itself. */
  readonly api: HttpApi
  /** The stage `$default`, which deploys each change by itself. */
  readonly stage: HttpStage
  /** A line for each request, also for those that never reach a function. */
  readonly accessLog: LogGroup

  readonly #isCandidate: boolean

  constructor(scope: Construct, id: string, props: KlueApiProps) {
    super(scope, id)
    this.api = new HttpApi(this, 'Api', { apiName: props.apiName, description: props.description, createDefaultStage: false })
    this.#isCandidate = props.version === 'candidate'
    const authorized = props.authorizer === undefined ? {} : this.#authorize(props.authorizer)
    const integrations = new Map<KlueFunction, string>()
    const targetOf = (target: KlueFunction): string => {
      const known = integrations.get(target) ?? this.#integrate(target)
      integrations.set(target, known)
      return known
    }
    const route = (routeId: string, routeKey: string, target: KlueFunction): CfnRoute => new CfnRoute(this.#placeOf(target), this.#isCandidate ? `${id}-${routeId}` : routeId, { apiId: this.api.apiId, routeKey, target: targetOf(target), ...authorized })
    const routes = [route('Default', '$default', props.target)]
    if (props.documents !== undefined) routes.push(route('Documents', 'ANY /doc/{document}', props.documents))
    for (const planned of props.routes) routes.push(route(`Route-${planned.operationId}`, planned.key, planned.function === undefined ? props.target : props.functions.get(planned.function)!))
    this.accessLog = new LogGroup(this, 'AccessLog', { retention: props.logRetention, removalPolicy: props.removalPolicy })
    const accessLogSettings = { destination: new LogGroupLogDestination(this.accessLog), format: AccessLogFormat.custom(JSON.stringify(accessLine)) }
    this.stage = new HttpStage(this, 'Stage', { httpApi: this.api, stageName: '$default', autoDeploy: true, accessLogSettings, ...(props.throttle === undefined ? {} : { throttle: props.throttle }) })
    this.#limitRoutes(props.routes)
    // Limits name routes, which therefore have to be there first.
    for (const made of routes) this.stage.node.addDependency(made)
    Validations.of(this).acknowledge({ id: 'AwsSolutions::AwsSolutions-APIG4', reason: 'Each operation is authorised by the function, as the security of its OpenAPI document says.' })
    if (props.throttle === undefined) Validations.of(this).acknowledge({ id: 'Serverless::Serverless-APIGWDefaultThrottling', reason: 'The limit of the account holds until throttle_rate of the stage says otherwise.' })
  }

  /** The address without a slash at the end. */
  get url(): string {
    return this.api.apiEndpoint
  }

  /** A metric of the gateway, such as `Count`, `4xx`, `5xx` or `Latency`. */
  metric(metricName: string, options: MetricOptions = {}): Metric {
    return new Metric({ namespace: 'AWS/ApiGateway', metricName, dimensionsMap: { ApiId: this.api.apiId }, ...options }).attachTo(this)
  }

  // In the function's own scope: a function in a nested stack has its integration there, and a stack here stays small.
  #integrate(target: KlueFunction): string {
    const alias = this.#isCandidate ? target.candidate : target.alias
    const integration = new CfnIntegration(target, `Integration-${this.node.id}`, { apiId: this.api.apiId, integrationType: 'AWS_PROXY', integrationUri: alias.functionArn, payloadFormatVersion: '2.0' })
    target.allowApi(this.api.apiId, alias)
    return `integrations/${integration.ref}`
  }

  // The routes of a candidate come on top of those that a stage has: where functions are nested, they go with them.
  #placeOf(target: KlueFunction): Construct {
    return this.#isCandidate ? target : this
  }

  #authorize(authorizer: IFunction): { authorizationType: string; authorizerId: string } {
    const stack = Stack.of(this)
    const made = new CfnAuthorizer(this, 'Authorizer', {
      apiId: this.api.apiId,
      name: 'token',
      authorizerType: 'REQUEST',
      authorizerUri: stack.formatArn({ service: 'apigateway', account: 'lambda', resource: 'path', resourceName: `2015-03-31/functions/${authorizer.functionArn}/invocations` }),
      authorizerPayloadFormatVersion: '2.0',
      enableSimpleResponses: true,
      identitySource: ['$request.header.x-klue-candidate'],
      // The next deployment has another token.
      authorizerResultTtlInSeconds: 0,
    })
    const sourceArn = stack.formatArn({ service: 'execute-api', resource: this.api.apiId, resourceName: `authorizers/${made.ref}` })
    new CfnPermission(this, 'AuthorizerPermission', { action: 'lambda:InvokeFunction', functionName: authorizer.functionArn, principal: 'apigateway.amazonaws.com', sourceArn })
    return { authorizationType: 'CUSTOM', authorizerId: made.ref }
  }

  #limitRoutes(routes: readonly PlannedRoute[]): void {
    const limited = routes.flatMap(({ key, throttle }) => (throttle === undefined ? [] : [[key, { ThrottlingRateLimit: throttle.rateLimit, ThrottlingBurstLimit: throttle.burstLimit }] as const]))
    if (limited.length > 0) (this.stage.node.defaultChild as CfnStage).routeSettings = Object.fromEntries(limited)
  }

  /** ARN of everything that the API answers. */
  get arn(): string {
    return Stack.of(this).formatArn({ service: 'execute-api', resource: this.api.apiId, resourceName: '*' })
  }
}
