// The files of a first API, and of one for log-in.
import { createRequire } from 'node:module'
import type * as Yaml from 'yaml'
import { constantName } from '../openapi/index.ts'
import type { Files } from './service-files.ts'

/** How documents are written. */
export type DocumentFormat = 'yaml' | 'json'

/** A document written as YAML, in the wanted format. */
export function documentFile(api: string, text: string, format: DocumentFormat): Files {
  if (format === 'yaml') return { [`apis/${api}.yaml`]: text }
  const { parse } = createRequire(import.meta.url)('yaml') as typeof Yaml
  return { [`apis/${api}.json`]: `${JSON.stringify(parse(text), null, 2)}\n` }
}

/** An API with one operation that greets; with `login` another one that wants a token. */
export function greetingFiles(name: string, { login, format }: { login: boolean; format: DocumentFormat }): Files {
  return {
    ...documentFile(name, greetingDocument(name, login), format),
    [`functions/${name}.ts`]: entryFile(name, { handlers: login ? ['hello', 'whoAmI'] : ['hello'], login }),
    [`functions/${name}/hello.ts`]: helloHandler(name),
    [`testaccept/${name}.test.ts`]: greetingTest(login),
    ...(login ? { [`functions/${name}/whoAmI.ts`]: whoAmIHandler(name), ...documentFile('login', loginDocument, format), 'functions/login.ts': loginService } : {}),
  }
}

/** An entry file: what becomes a function. */
export function entryFile(api: string, { handlers, login = false }: { handlers: readonly string[]; login?: boolean }): string {
  const imports = [...handlers.map((id) => `import { ${id} } from './${api}/${id}.ts'\n`), `import { ${constantName(api)} as spec } from './gen/${api}.ts'\n`, ...(login ? ["import { login } from './login.ts'\n"] : [])]
  return `// The service behind apis/${api}: binds its operations to their handlers, and is the entry of its Lambda function.
import { toLambda } from 'klue/lambda'
import { defineService, type Service } from 'klue/runtime'
${imports.join('')}
export const service: Service = defineService({
  spec,
  handlers: {${handlers.map((id) => `\n    ${id},`).join('')}${handlers.length > 0 ? '\n  ' : ''}},
${login ? '  include: [login],\n' : ''}})

export const handler: ReturnType<typeof toLambda> = toLambda(service)
`
}

/** A document with its head and its errors, and no operation yet. */
export function emptyDocument(api: string): string {
  return `# The API ${api}: what it serves, and how.
openapi: 3.1.0
info:
  title: ${titleOf(api)}
  version: 1.0.0
  description: The API ${api}.

paths: {}

${errorComponents}`
}

function titleOf(api: string): string {
  const words = api.replaceAll('-', ' ')
  return words[0]!.toUpperCase() + words.slice(1)
}

const errorComponents = `components:
  responses:
    Error:
      description: What went wrong
      content:
        application/json:
          schema:
            $ref: '#/components/schemas/Error'

  schemas:
    Error:
      type: object
      required: [status, error, error_description]
      properties:
        status: { type: integer }
        error: { type: string }
        error_description: { type: string }
        error_id: { type: string }
`

function greetingDocument(name: string, login: boolean): string {
  return `# The API ${name}: what it serves, and how. Handlers, types, tests and the documentation page follow it.
openapi: 3.1.0
info:
  title: ${titleOf(name)}
  version: 1.0.0
  description: Greets its callers.
${login ? `security:
  - token: []
` : ''}
paths:
  /hello/{name}:
    get:
      operationId: hello
      summary: Greets somebody
      security: []
      parameters:
        - name: name
          in: path
          required: true
          schema: { type: string, minLength: 1, maxLength: 100 }
      responses:
        '200':
          description: The greeting
          content:
            application/json:
              schema:
                type: object
                required: [text]
                properties:
                  text: { type: string, examples: [Hello Ann] }
        default:
          $ref: '#/components/responses/Error'
${login ? whoAmIPath : ''}
${errorComponents}${login ? `
  securitySchemes:
    token:
      type: http
      scheme: bearer
      bearerFormat: JWT
` : ''}`
}

const whoAmIPath = `
  /me:
    get:
      operationId: whoAmI
      summary: Who calls
      responses:
        '200':
          description: The user of the token
          content:
            application/json:
              schema:
                type: object
                required: [user]
                properties:
                  user: { type: string }
        default:
          $ref: '#/components/responses/Error'
`

function helloHandler(api: string): string {
  return `// Greets whoever is named in the path.
import type { Handler } from 'klue/runtime'
import type { Operations } from '../gen/${api}.ts'

export const hello: Handler<Operations['hello']> = ({ path }) => ({ text: \`Hello \${path.name}\` })
`
}

function whoAmIHandler(api: string): string {
  return `// Tells the callers who they are.
import type { Handler } from 'klue/runtime'
import type { Operations } from '../gen/${api}.ts'

export const whoAmI: Handler<Operations['whoAmI']> = (_input, context) => ({ user: context.user?.id ?? '' })
`
}

function greetingTest(login: boolean): string {
  return `// The service as its callers see it; \`liveSafe\` tests also run against a stage that real users depend on.
import assert from 'node:assert/strict'
import { assertGetReturnError, assertGetReturnJson, assertHasPing, liveSafe${login ? ', test, testAuth' : ''} } from 'klue/testing'

liveSafe('the service is there', () => assertHasPing())

liveSafe('it greets', async () => {
  assert.deepEqual(await assertGetReturnJson('/hello/Ann'), { text: 'Hello Ann' })
})

liveSafe('a name that is too long is refused', async () => {
  await assertGetReturnError(\`/hello/\${'a'.repeat(101)}\`, { status: 400, error: 'INVALID_PARAMETER' })
})
${login ? `
liveSafe('nobody is told without a token', async () => {
  await assertGetReturnError('/me', { status: 401, error: 'AUTHORIZATION_HEADER_MISSING' })
})

test('callers are told who they are', async () => {
  assert.equal(typeof (await assertGetReturnJson('/me', { auth: await testAuth() }))['user'], 'string')
})
` : ''}`
}

const loginService = `// The service behind apis/login: tokens for the users that \`klue user add\` made.
import { defineService, type Handler, type Service } from 'klue/runtime'
import { login as spec, type Operations } from './gen/login.ts'

const loginUser: Handler<Operations['login']> = async ({ body }, context) => {
  const user = await context.users.verify(body.username, body.password)
  const token = await context.generateToken(user.id, { claims: user.claims })
  return { token, expires_in: context.config.jwtTokenTimeout }
}

export const login: Service = defineService({ spec, handlers: { login: loginUser } })
`

const loginDocument = `# The log-in API: a token for a user who proves to know the password.
openapi: 3.1.0
info:
  title: Login
  version: 1.0.0
  description: Issues tokens for the users that klue user add made.

paths:
  /login:
    post:
      operationId: login
      summary: A token for a user and a password
      security: []
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [username, password]
              additionalProperties: false
              properties:
                username: { type: string, minLength: 1, maxLength: 128, examples: [ann] }
                password: { type: string, minLength: 1, maxLength: 1024, format: password, writeOnly: true }
      responses:
        '200':
          description: The token
          content:
            application/json:
              schema:
                type: object
                required: [token, expires_in]
                properties:
                  token:
                    description: 'Send it as \`Authorization: Bearer <token>\`'
                    type: string
                  expires_in:
                    description: Seconds
                    type: integer
        default:
          $ref: '#/components/responses/Error'

${errorComponents}`
