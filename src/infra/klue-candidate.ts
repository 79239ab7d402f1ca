// The version that is to become live, at an address of its own that only its deployment can use.
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CfnOutput, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { bundleInline } from '../bundle/index.ts'
import { UsageError } from '../errors/index.ts'
import { KlueApi, type KlueApiProps } from './klue-api.ts'

export interface KlueCandidateProps {
  /** SHA-256 of the token that requests carry in the header `x-klue-candidate`, in hex. */
  readonly tokenHash: string
  /** How long log lines of who was let in are kept. */
  readonly logRetention: RetentionDays
}

/** A second HTTP API for each of a service, onto the aliases `candidate` of the same functions. */
export class KlueCandidate extends Construct {
  /** Lets requests with the token pass. */
  readonly authorizer: Function
  /** The HTTP APIs by the name of their entry file. */
  readonly apis: ReadonlyMap<string, KlueApi>

  readonly #apis = new Map<string, KlueApi>()

  constructor(scope: Construct, id: string, props: KlueCandidateProps) {
    super(scope, id)
    this.apis = this.#apis
    // It is there for the time of a deployment, and so is its log.
    const logGroup = new LogGroup(this, 'Log', { retention: props.logRetention, removalPolicy: RemovalPolicy.DESTROY })
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    logGroup.grantWrite(role)
    this.authorizer = new Function(this, 'Authorizer', {
      role,
      description: 'Lets requests with the token of the deployment reach the candidate',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromInline(handlerText()),
      memorySize: 256,
      timeout: Duration.seconds(5),
      logGroup,
      environment: { KLUE_CANDIDATE: props.tokenHash },
    })
    Validations.of(this).acknowledge(
      { id: 'Serverless::Serverless-LambdaDLQ', reason: 'The gateway waits for the answer: no event is queued that could be lost.' },
      { id: 'Serverless::Serverless-LambdaTracing', reason: 'It compares two hashes.' },
    )
  }

  /** Serves the candidate of an API, and says its address in an output of the stack. */
  serve(name: string, output: string, props: KlueApiProps): KlueApi {
    const api = new KlueApi(this, `Candidate-${name}`, { ...props, apiName: `${props.apiName}-candidate`, description: `${props.description}: candidate`, removalPolicy: RemovalPolicy.DESTROY, version: 'candidate', authorizer: this.authorizer })
    this.#apis.set(name, api)
    new CfnOutput(this, `Url-${name}`, { value: api.url }).overrideLogicalId(output)
    return api
  }
}

/**
 * The hash that `-c klue:candidate=<sha256>` gives; undefined without one.
 * @throws UsageError where it is none
 */
export function candidateHash(scope: Construct): string | undefined {
  const given: unknown = scope.node.tryGetContext('klue:candidate')
  if (given === undefined || (typeof given === 'string' && /^[0-9a-f]{64}$/.test(given))) return given
  throw new UsageError({ code: 'candidate-hash', file: '', pointer: '-c klue:candidate', message: 'the candidate is protected by the SHA-256 of its token, which is 64 digits from 0 to f', hint: 'klue deploy makes token and hash; without the context there is no candidate' })
}

function handlerText(): string {
  const file = fileURLToPath(import.meta.url)
  return bundleInline(fileURLToPath(new URL(`../platform/aws/candidate-authorizer${extname(file)}`, import.meta.url)))
}
