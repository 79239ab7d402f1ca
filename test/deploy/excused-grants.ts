// Grants that the acceptance suite does not use, each with its reason. One that is used after all has to go from here.

export interface ExcusedGrant {
  /** Matches `function action resource`, the function by its logical id. */
  grant: RegExp
  reason: string
}

export const excusedGrants: readonly ExcusedGrant[] = [
  { grant: /^ServiceFunctionbuilds\w+ dynamodb:(DeleteItem|PutItem|Query) \S+\/builds-proof-klue$/, reason: 'context.users also adds, lists and removes users, which handlers may do and those of the reference do not' },
  { grant: /^ServiceFunctionbuilds\w+ dynamodb:(UpdateItem|Scan) \S+\/builds-proof-measurements(\/index\/by-job)?$/, reason: 'names of calls are all that is read of the code: what one table is asked for is granted on the other too, and a count may be one of a whole table' },
  { grant: /^ServiceFunctionbuilds\w+ dynamodb:(DeleteItem|GetItem|PutItem|Scan) \S+\/builds-proof-metrics$/, reason: 'as above: measurements are saved, loaded and deleted, and metrics are not' },
  { grant: /^ServiceFunctionmetricsbackend\w+ dynamodb:\w+ \S+\/builds-proof-klue$/, reason: 'context.users is there for every handler; those of the older backend do not ask for it' },
  { grant: /^ServiceFunctionmetricsbackend\w+ dynamodb:(Query|UpdateItem) \S+\/builds-proof-packages$/, reason: 'the query of a request and the update of a hash have the names of calls of tables, and names are all that is read' },
  { grant: /^ServiceFunctionmetricsbackend\w+ secretsmanager:GetSecretValue \S+\/jwt_secret-/, reason: '/auth/version of every service checks tokens; the suite asks the main service only' },
  { grant: /^ServiceSigningKeys\w+ secretsmanager:RestoreSecret /, reason: 'only a key that was removed and can still be brought back is restored, see test/infra/signing-keys.test.ts' },
  { grant: /^ServiceSigningKeys\w+ secretsmanager:(CreateSecret|DescribeSecret) \S+\/jwt_secret$/, reason: 'a name without a secret has no six characters behind it; the suite notes each name with them' },
  { grant: /^ServiceTelemetryIngest\w+ sqs:\w+ \S+ingest-failures/, reason: 'Lambda itself puts batches that failed into the queue, with the role of the function; none fails here' },
  { grant: /^ServiceTelemetryIngest\w+ s3:DeleteObject /, reason: 'the bucket is emptied when the stage is removed, which is the last step' },
  { grant: /^ServiceTelemetryReporter\w+ sqs:\w+ /, reason: 'Lambda itself takes messages from the queue, with the role of the function' },
  { grant: /^ServiceTasksWorker\w+ sqs:(?!SendMessage)\w+ /, reason: 'Lambda itself takes messages from the queue, with the role of the function' },
  { grant: /^ServiceTasksWorker\w+ dynamodb:\w+ \S+\/builds-proof-(measurements|metrics|packages)/, reason: 'a worker holds the code of its service, whose names of calls of tables are all that is read' },
  { grant: / logs:(CreateLogStream|PutLogEvents) /, reason: 'Lambda itself writes what a function prints, with the role of the function' },
]
