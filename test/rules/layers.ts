// The map of src/: how high each folder stands, which doors it has, and who alone may touch what.

/** Folder of src/ → level. Imports point to lower levels only. */
export const levels: Readonly<Record<string, number>> = {
  errors: 0,
  address: 0,
  media: 0,
  patterns: 0,
  workfolder: 0,
  schedule: 0,
  openapi: 1,
  config: 1,
  client: 1,
  bundle: 1,
  docpage: 1,
  persist: 2,
  store: 2,
  platform: 2,
  gate: 2,
  scaffold: 2,
  runtime: 3,
  data: 3,
  entries: 3,
  telemetry: 3,
  reports: 3,
  control: 3,
  tasks: 4,
  deploy: 4,
  infra: 4,
  ops: 5,
  lambda: 6,
  dev: 6,
  testing: 7,
  cli: 8,
}

/** Folders with rooms inside, each room with the rooms that it may import; the files on top see all of them. */
export const rooms: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  openapi: {
    read: [],
    files: ['read'],
    compile: ['read', 'files'],
    'compile/validators': ['read', 'files', 'compile'],
    check: ['read', 'compile'],
    types: ['read', 'files', 'compile'],
    mock: ['read', 'compile'],
  },
  runtime: {
    api: [],
    exchange: ['api'],
    input: ['api', 'exchange'],
    answer: ['exchange', 'input'],
    security: ['exchange', 'input'],
    line: ['exchange'],
    idempotency: ['exchange', 'input', 'answer'],
    accept: ['api', 'exchange', 'input', 'answer', 'security', 'idempotency'],
  },
  ops: {
    format: [],
    gen: [],
  },
}

/** Files on top of a folder that its rooms may import: contracts that everything there shares. */
export const contracts: readonly string[] = ['src/openapi/table.ts']

/** Imports between folders of one level: `from → to`, each with its reason. */
export const allowedSideways: Readonly<Record<string, { typesOnly: boolean; reason: string }>> = {
  'workfolder → errors': { typesOnly: false, reason: 'what goes wrong with a file is told as any other fault' },
  'store → persist': { typesOnly: false, reason: 'the kit keeps its own rows through the same tables as the service keeps its items' },
  'infra → deploy': { typesOnly: false, reason: 'the app of a service looks at its account before it is deployed, behind the one door klue/infra' },
  'entries → runtime': { typesOnly: false, reason: 'a service is started to see whether it can be, by what starts it' },
  'client → openapi': { typesOnly: true, reason: 'the client reads the operation table that openapi/ describes; only types, so that a browser bundle holds nothing of openapi/' },
  'bundle → openapi': { typesOnly: true, reason: 'packing reads the operation table that openapi/ describes; only types' },
}

/** Files beside index.ts that other folders may import, each with its reason. */
export const doors: Readonly<Record<string, { reason: string; typesOnly?: boolean }>> = {
  'src/client/lazy-client.ts': { reason: 'loads the client with its first call; the door of client/ would bring it into the start of every function' },
  'src/errors/table-catalog.ts': { reason: 'the error codes of tables; behind the door of errors/ every start would load them' },
  'src/config/build.ts': { reason: 'reads YAML and holds the table of keys, which must stay out of every bundle' },
  'src/config/refill-secrets.ts': { reason: 'what only a function with secrets loads; behind the door of config/ every start would' },
  'src/errors/idempotency-codes.ts': { reason: 'codes that only idempotent operations answer with; behind the door of errors/ every start would hold them' },
  'src/errors/ops-codes.ts': { reason: 'codes of the ops API; behind the door of errors/ every start of a function would hold them' },
  'src/errors/listener-codes.ts': { reason: 'codes of the local server; behind the door of errors/ every start of a function would hold them' },
  'src/runtime/edge.ts': { reason: 'what edges need and handlers must not see' },
  'src/runtime/line/mask.ts': { reason: 'what is loaded with the first line that needs it; as a name of edge.ts it would be a module of its own there' },
  'src/dev/edge.ts': { reason: 'starts a project; the rest of dev/ brings what compiles and checks documents, which a start without a change does without' },
  'src/openapi/generate.ts': { reason: 'looks whether anything changed; the door of openapi/ brings the compilers along, which it loads only then' },
  'src/testing/runner.ts': { reason: 'starts the suite; the door klue/testing is for what runs inside it' },
  'src/persist/start.ts': { reason: 'loads the working part of a table with its first call; the door of persist/ would bring it into the start of every function' },
  'src/store/lazy-store.ts': { reason: 'loads the store with its first call; the door of store/ would bring it into the start of every function' },
  'src/persist/stored.ts': { reason: 'items as they are stored, for work on whole tables; the door of persist/ is for who works with tables' },
  'src/data/work.ts': { reason: 'work on the data of a stage; the door klue/data is for migrations' },
  'src/platform/local/index.ts': { reason: 'the local adapters; those of AWS must not come along' },
  'src/platform/aws/index.ts': { reason: 'the adapters of AWS, a part of a function that it loads on first use; those of the local machine must not come along' },
  'src/deploy/pipeline/index.ts': { reason: 'the commands of the pipeline; the CDK app, which imports the door of deploy/, needs none of it' },
  'src/deploy/cost/index.ts': { reason: 'the estimate of costs, which reads documents; the CDK app, which imports the door of deploy/, needs none of it' },
  'src/openapi/table.ts': { reason: 'the contracts between generated files and their readers', typesOnly: true },
}

/** Folders whose own door is not `<folder>/index.ts`: their adapters are doors one by one. */
export const foldersWithoutIndex: readonly string[] = ['cli', 'platform']

/** Package → the folders of src/ that may import it. Types count: they make the package part of what must be installed. */
export const owners: Readonly<Record<string, readonly string[]>> = {
  'openapi-backend': ['runtime'],
  '@aws-sdk/client-dynamodb': ['store', 'persist'],
  '@aws-sdk/client-cloudformation': ['deploy'],
  '@aws-sdk/client-cloudwatch': ['telemetry'],
  '@aws-sdk/client-lambda': ['deploy'],
  '@aws-sdk/client-secrets-manager': ['deploy'],
  '@aws-sdk/client-sqs': ['deploy'],
  'aws-cdk-lib': ['infra'],
  constructs: ['infra'],
  dynalite: ['platform'],
  esbuild: ['bundle', 'openapi'],
  ajv: ['openapi'],
  'ajv-formats': ['openapi'],
  swagger2openapi: ['openapi'],
  yaml: ['openapi', 'config', 'data', 'deploy', 'ops', 'scaffold'],
  jsonwebtoken: ['runtime'],
  fflate: ['deploy'],
  nodemailer: ['reports'],
}

/** What the files of a service may import: doors of the kit, Node, and files of the same folder. */
export const serviceFolders: Readonly<Record<string, { packages: readonly string[]; files: RegExp }>> = {
  functions: { packages: ['klue/runtime', 'klue/lambda'], files: /^functions\// },
  'functions/gen': { packages: ['klue/runtime', 'klue/client'], files: /^functions\/gen\// },
  infra: { packages: ['klue/infra', 'aws-cdk-lib', 'constructs'], files: /^infra\// },
  migrations: { packages: ['klue/data', 'klue/runtime'], files: /^(migrations\/|functions\/gen\/)/ },
  testaccept: { packages: ['klue/testing', 'klue/client'], files: /^(testaccept\/|functions\/gen\/[^/]+\.client\.ts$)/ },
}
