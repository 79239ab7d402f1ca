// Where a database answers, and who asks it.
export interface DatabaseOptions {
  /** Where DynamoDB answers instead of AWS, for example `http://127.0.0.1:8000`; without credentials of its own and `usesOwnCredentials` some are made up. */
  endpoint?: string
  /** Those of the endpoint, as the embedded DynamoDB wants them. */
  credentials?: { accessKeyId: string; secretAccessKey: string }
  /** Signs with the credentials of the environment at an endpoint of its own too, as that of an emulated account wants. */
  usesOwnCredentials?: boolean
  /** Region; that of the environment by default. */
  region?: string
  /** Profile of the AWS configuration; that of the environment by default. */
  profile?: string
  /** Put before the name of every table, for example `builds-local-`. */
  prefix: string
  /** Milliseconds since 1970, for expiry; the system's clock by default. */
  now?: () => number
}
