// One sentence for whatever goes wrong on the way to AWS, whichever client met it.
import { env } from '../config/index.ts'
import { type Fault, UsageError } from '../errors/index.ts'

/** What the links of an error's chain say: the names of exceptions and the codes of sockets, and whether a client of AWS made one of them. */
interface Failure {
  names: string[]
  messages: string[]
  isFromAws: boolean
}

interface Kind {
  names: readonly string[]
  fault(what: string, failure: Failure & { name: string }): Omit<Fault, 'file'>
}

const kinds: readonly Kind[] = [
  {
    names: ['AwsRegionMissing'],
    fault: (what) => ({ code: 'aws-region-missing', pointer: 'aws_default_region', message: `no region is known in which to ${what}`, hint: 'set aws_default_region, or the variable AWS_REGION' }),
  },
  {
    names: ['UnrecognizedClientException', 'InvalidClientTokenId', 'InvalidAccessKeyId', 'InvalidSignatureException', 'SignatureDoesNotMatch', 'ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'RequestTimeTooSkewed', 'InvalidToken', 'InvalidTokenException', 'IncompleteSignature', 'IncompleteSignatureException', 'MissingAuthenticationToken', 'MissingAuthenticationTokenException', 'AuthFailure', 'InvalidGrantException', 'UnauthorizedException'],
    fault: (what, { name }) => ({ code: 'aws-credentials-refused', message: `AWS does not accept the credentials with which to ${what} (${name})`, hint: 'log in again, or name another profile in AWS_PROFILE or aws_user; the clock of this machine must be right' }),
  },
  {
    names: ['CredentialsProviderError', 'CredentialsMissing', 'TokenProviderError', 'SSOTokenProviderFailure'],
    fault: (what) => ({ code: 'aws-credentials-missing', message: `there are no AWS credentials with which to ${what}${profileSays()}`, hint: 'log in, for example with "aws sso login", and name the profile in AWS_PROFILE or aws_user' }),
  },
  {
    names: ['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'NotAuthorized', 'OptInRequired', 'AuthorizationError', 'AuthorizationErrorException', 'ForbiddenException'],
    fault: (what, failure) => ({ code: 'aws-access-denied', message: `these AWS credentials may not ${what}${deniedAction(failure)}`, hint: 'ask whoever runs the account for the permission, or name another profile in AWS_PROFILE or aws_user' }),
  },
  {
    names: ['ThrottlingException', 'Throttling', 'ThrottledException', 'TooManyRequestsException', 'ProvisionedThroughputExceededException', 'RequestLimitExceeded', 'RequestThrottled', 'RequestThrottledException', 'SlowDown', 'Status429'],
    fault: (what, { name }) => ({ code: 'aws-throttled', message: `AWS is asked too much at the moment to ${what} (${name})`, hint: 'wait a minute and run the command again' }),
  },
  {
    names: ['ERR_INVALID_URL'],
    fault: (what) => ({ code: 'aws-unreachable', message: `the address at which to ${what} is no URL`, hint: 'correct AWS_ENDPOINT_URL, or the endpoint_url of the profile: it begins with https:// or http://' }),
  },
  {
    names: ['InternalServerError', 'InternalServerErrorException', 'InternalFailure', 'InternalServiceError', 'InternalServiceErrorException', 'ServiceUnavailable', 'ServiceUnavailableException', 'ServiceException', 'Status500', 'Status502', 'Status503', 'Status504'],
    fault: (what, { name }) => ({ code: 'aws-unavailable', message: `AWS itself failed to ${what} (${name})`, hint: 'run the command again; the health dashboard of AWS tells of longer failures' }),
  },
]

// Codes of sockets and of TLS; others than AWS have them too.
const unreachable = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EPIPE', 'EPROTO', 'TimeoutError', 'NetworkingError', 'Unreachable', 'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ERR_TLS_CERT_ALTNAME_INVALID'])
const clients = new Set(['DatabaseError', 'AwsFailure', 'CredentialsProviderError', 'TokenProviderError', 'AwsRegionMissing'])

/**
 * The sentence for an error of a call of AWS; undefined for one that is not about access.
 * @param what what was tried, as in `list the secrets of live`
 */
export function awsFault(error: unknown, what: string): UsageError | undefined {
  const failure = failureOf(error)
  for (const { names, fault } of kinds) {
    const name = failure.names.find((candidate) => names.includes(candidate))
    if (name !== undefined) return new UsageError({ file: '', ...fault(what, { ...failure, name }) })
  }
  const code = failure.names.find((name) => unreachable.has(name))
  return code === undefined ? undefined : new UsageError({ file: '', code: 'aws-unreachable', message: `AWS did not answer when trying to ${what} (${code})`, hint: 'check the network, the region and AWS_ENDPOINT_URL' })
}

/** The sentence for any error that a client of AWS threw; undefined for an error of something else. */
export function anyAwsFault(error: unknown, what: string): UsageError | undefined {
  const failure = failureOf(error)
  if (!failure.isFromAws) return undefined
  const known = awsFault(error, what)
  if (known !== undefined) return known
  if (failure.names.includes('DatabaseError') && failure.names.includes('ResourceNotFoundException')) return new UsageError({ file: '', code: 'stage-not-deployed', message: `there are no tables with which to ${what}`, hint: 'deploy the stage first, or name the account and the region that it lies in: AWS_PROFILE or aws_user, AWS_REGION or aws_default_region' })
  return new UsageError({ file: '', code: 'aws-failed', message: `AWS did not ${what}: ${failure.names.find((name) => !clients.has(name)) ?? 'unknown'}: ${failure.messages.at(-1) ?? ''}`, hint: 'see whether the stage is deployed in this account and region' })
}

function failureOf(error: unknown): Failure {
  const found: Failure = { names: [], messages: [], isFromAws: false }
  const waiting = [error]
  for (let link = waiting.shift(), count = 0; link !== undefined && count < 16; link = waiting.shift(), count += 1) {
    if (typeof link !== 'object' || link === null) continue
    const { name, code, Code, reason, message, cause, errors, $metadata } = link as Record<string, unknown>
    for (const word of [name, code, Code, reason]) if (typeof word === 'string' && word !== 'Error') found.names.push(word)
    if (typeof message === 'string') found.messages.push(message.split('\n')[0]!)
    if ($metadata !== undefined || clients.has(String(name))) found.isFromAws = true
    waiting.push(cause, ...(Array.isArray(errors) ? (errors as unknown[]) : []))
  }
  return found
}

function profileSays(): string {
  const profile = env('AWS_PROFILE')
  return profile === undefined || env('AWS_ACCESS_KEY_ID') !== undefined ? '' : `: the profile ${profile} gives none`
}

// AWS tells the action in its sentence alone; without one, the call of the database is known.
function deniedAction({ messages }: Failure): string {
  for (const message of messages) {
    const action = /not authorized to perform:? ([\w-]+:[\w*]+)/i.exec(message)?.[1] ?? /^DynamoDB did not do (\w+) /.exec(message)?.[1]?.replace(/^/, 'dynamodb:')
    if (action !== undefined) return `: ${action} is not allowed`
  }
  return ''
}
