// The files of a service besides its APIs: what installs, compiles, deploys and explains it.
import type { KitVersions } from './kit-versions.ts'

export interface ServiceSettings {
  /** Name of the service. */
  name: string
  versions: KitVersions
  /** Whether the service has a log-in API. */
  login: boolean
  /** Whether the local server makes up answers for operations that are not written yet. */
  mock: boolean
  /** What is called first, for README.md; a path. */
  firstPath: string
}

/** Text by path, relative to the project's folder. */
export type Files = Record<string, string>

/** Everything but apis/, functions/ and testaccept/. */
export function serviceFiles(settings: ServiceSettings): Files {
  return {
    'package.json': packageJson(settings),
    'tsconfig.json': tsconfig,
    'cdk.json': cdkJson,
    'klue-config.yaml': config(settings),
    'infra/app.ts': app,
    '.gitignore': gitignore,
    '.github/workflows/deploy.yml': workflow(settings.name),
    'README.md': readme(settings),
  }
}

function packageJson({ name, versions }: ServiceSettings): string {
  const manifest = {
    '//': 'What the service is made of, and its commands: npm start, npm test, npm run deploy.',
    name: name.toLowerCase(),
    version: '0.1.0',
    private: true,
    type: 'module',
    engines: { node: versions.node },
    scripts: { start: 'klue dev', test: 'klue check && tsc && klue test', deploy: 'klue deploy' },
    dependencies: { klue: versions.klue },
    devDependencies: versions.tools,
  }
  return `${JSON.stringify(manifest, null, 2)}\n`
}

const tsconfig = `// How TypeScript looks at the service: strictly, and without a build.
{
  "compilerOptions": {
    "target": "es2023",
    "lib": ["es2023"],
    "module": "nodenext",
    "types": ["node"],
    "strict": true,
    "noUncheckedIndexedAccess": true,
    "exactOptionalPropertyTypes": true,
    "verbatimModuleSyntax": true,
    "erasableSyntaxOnly": true,
    "allowImportingTsExtensions": true,
    "skipLibCheck": true,
    "noEmit": true
  },
  "include": ["functions", "infra", "migrations", "testaccept"]
}
`

const cdkJson = `{
  "//": "How cdk deploy, cdk diff and klue deploy start infra/app.ts.",
  "app": "node --import tsx infra/app.ts",
  "context": {
    "@aws-cdk/core:enablePartitionLiterals": true,
    "@aws-cdk/core:checkSecretUsage": true
  }
}
`

function config({ name, mock, login }: ServiceSettings): string {
  return `# The settings of this service; the reference of klue-config.yaml explains every key.
# A stage sees this file, over it klue-config.<stage>.yaml where there is one, over it stages.<stage> below.

# Short name of the service; tables, stacks and reports carry it.
name: ${name}
${login ? `
# Tokens: who issues them and for whom. Their key is generated locally under .klue/, and kept in Secrets Manager in AWS.
jwt_issuer: ${name}
jwt_audience: ${name}
` : ''}
# Answers that their document does not declare: off, log or fail.
response_check: log

stages:
  # The computer of a developer; a fresh clone needs no variables.
  local:
    # An answer that its document does not declare is an error while developing.
    response_check: fail
${mock ? `    # Operations that are not written yet answer from the examples and schemas of their document.
    mock: true
` : ''}
  # What real users depend on, once it has a host. Who is told of crashes and slow calls stands in reports; secrets have
  # names here, and values by "klue secret set SLACK_URL --stage live".
  # live:
  #   live_host: ${name}.example.com
  #   hide_internal_errors: true
  #   env_secrets: [SLACK_URL]
  #   reports:
  #     crashes: { type: slack, url: SLACK_URL }
  #     mail: { type: email, send: fatal, from: ${name}@example.com, to: [you@example.com] }
`
}

const app = `// The CDK app of the service: one stack a stage. Without -c stage=NAME it is a stage of your own.
import { App, Stack } from 'aws-cdk-lib'
import { KlueService, prepareProject, stageOf, synthChecked } from 'klue/infra'

const app = new App()
const project = await prepareProject({ stage: stageOf(app) })
const stack = new Stack(app, project.stackName)
new KlueService(stack, 'Service', { project })
await synthChecked(app, project)
`

const gitignore = `# What is made anew from the rest.
node_modules/
cdk.out/
.klue/
# compiled by klue; the typed .ts files beside them are committed
functions/gen/*/
`

function workflow(name: string): string {
  return `# Tests every pull request, and deploys what is merged to the stage live: with a role of AWS (OIDC), without keys.
# Set the variables AWS_ROLE_ARN and AWS_REGION of the repository; until then nothing is deployed.
name: deploy
on:
  pull_request:
  push:
    branches: [main]
  workflow_dispatch:

permissions:
  contents: read

jobs:
  test:
    if: github.event_name == 'pull_request'
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 24
          cache: npm
      - run: npm ci
      - run: npm test

  deploy:
    if: github.ref == 'refs/heads/main' && github.event_name != 'pull_request' && vars.AWS_ROLE_ARN != ''
    runs-on: ubuntu-latest
    # One deployment at a time; the one that runs is not cut off.
    concurrency:
      group: deploy-${name}-live
      cancel-in-progress: false
    permissions:
      contents: read
      id-token: write
    steps:
      - uses: actions/checkout@v4
        with:
          # The version of a deployment counts the commits.
          fetch-depth: 0
      - uses: actions/setup-node@v4
        with:
          node-version: 24
          cache: npm
      - run: npm ci
      - uses: aws-actions/configure-aws-credentials@v4
        with:
          role-to-assume: \${{ vars.AWS_ROLE_ARN }}
          aws-region: \${{ vars.AWS_REGION }}
      # Tests, compares the documents, deploys a candidate, tests it, makes it live, and takes back what fails.
      - run: npx klue deploy --stage live --yes
`
}

function readme({ name, login, firstPath }: ServiceSettings): string {
  return `# ${name}: a service made with klue

OpenAPI documents in \`apis/\` say what it serves, a function for each operation in \`functions/\` answers.

## Start

\`\`\`console
$ npm install
$ npm start
\`\`\`

The service answers at http://127.0.0.1:8080${firstPath}, shows its documentation at http://127.0.0.1:8080/doc/${name}, and loads changes as you save them. Nothing else is needed: no account, no Docker. Data stays in \`.klue/\`.
${login ? `
Operations that want a token get one for a user:

\`\`\`console
$ npx klue user add ann
$ npx klue token --user ann
\`\`\`
` : ''}
## Work

| command | what it does |
|---|---|
| \`npm start\` | runs the service on this machine |
| \`npm test\` | checks documents, handlers and types, and runs the acceptance tests |
| \`npx klue add operation GET /things/{id}\` | an operation: document, handler and test |
| \`npx klue add api things\` | a further API with a function of its own |
| \`npx klue help\` | all commands |
| \`npx cdk bootstrap\` | prepares your account of AWS, once |
| \`npm run deploy -- --stage NAME\` | tests, deploys and proves a stage; wants everything committed |

## Folders

| place | what it holds |
|---|---|
| \`apis/\` | OpenAPI documents: the contract |
| \`functions/\` | an entry file an API, and its handlers; \`gen/\` is written by klue from the documents |
| \`testaccept/\` | black-box tests, the same for every target |
| \`infra/\` | the CDK app |
| \`klue-config.yaml\` | every setting |
`
}
