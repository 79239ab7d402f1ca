// The texts of a new operation: what its document says, its handler, its acceptance test.

/** An operation that is going to be written. */
export interface Planned {
  id: string
  /** Upper case. */
  method: string
  path: string
  api: string
  /** What the document asks of every caller: nothing, a token of klue, or something else. */
  security: 'none' | 'token' | 'other'
  /** Whether tests reach the API without naming it. */
  isMain: boolean
  /** Parameters of the path that the operation itself declares. */
  parameters: readonly string[]
  /** Whether the document has a response `Error`. */
  hasError: boolean
  /** Whether the document is one of Swagger 2.0. */
  isSwagger: boolean
}

const longestText = 1000

/** The entry of the document, from the method on. */
export function operationYaml(planned: Planned): string {
  const { id, method, path, security, isSwagger } = planned
  return [
    `${method.toLowerCase()}:\n  operationId: ${id}\n  summary: Answers ${method} ${path}\n`,
    security === 'none' ? '  security: []\n' : '',
    isSwagger ? `${takesBody(planned) ? '  consumes: [application/json]\n' : ''}${method === 'DELETE' ? '' : '  produces: [application/json]\n'}` : '',
    parameterLines(planned),
    takesBody(planned) && !isSwagger ? `  requestBody:\n    required: true\n${contentOf(planned, { indent: '    ', isClosed: true })}` : '',
    `  responses:\n    '${statusOf(planned)}':\n      description: ${method === 'DELETE' ? 'It is gone' : 'The answer'}\n`,
    method === 'DELETE' ? '' : contentOf(planned, { indent: '      ' }),
    refusalLines(planned),
  ].join('')
}

function parameterLines(planned: Planned): string {
  const { parameters, isSwagger } = planned
  const limits = 'type: string, minLength: 1, maxLength: 100'
  const declared = parameters.map((name) => `    - name: ${name}\n      in: path\n      required: true\n${isSwagger ? limits.split(', ').map((limit) => `      ${limit}\n`).join('') : `      schema: { ${limits} }\n`}`)
  const body = takesBody(planned) && isSwagger ? [`    - name: body\n      in: body\n      required: true\n${contentOf(planned, { indent: '      ', isClosed: true })}`] : []
  return declared.length + body.length === 0 ? '' : `  parameters:\n${[...declared, ...body].join('')}`
}

// Who is refused must be told in a way that the document declares.
function refusalLines({ hasError, security, isSwagger }: Planned): string {
  if (hasError) return `    default:\n      $ref: '#/${isSwagger ? 'responses' : 'components/responses'}/Error'\n`
  if (security === 'none') return ''
  const schema = isSwagger ? '      schema: { type: object }\n' : '      content:\n        application/json:\n          schema: { type: object }\n'
  return `    default:\n      description: What went wrong\n${schema}`
}

// What callers send is closed: no names that nobody expects, and no text that is larger than what it is for. Its author widens it.
function contentOf({ isSwagger }: Planned, { indent, isClosed = false }: { indent: string; isClosed?: boolean }): string {
  const lines = ['type: object', 'required: [text]', ...(isClosed ? ['additionalProperties: false'] : []), 'properties:', `  text: { type: string, maxLength: ${longestText} }`]
  const wrapped = isSwagger ? ['schema:', ...lines.map((line) => `  ${line}`)] : ['content:', '  application/json:', '    schema:', ...lines.map((line) => `      ${line}`)]
  return wrapped.map((line) => `${indent}${line}\n`).join('')
}

/** The handler, in a file of its own. */
export function handlerFile(planned: Planned): string {
  const { id, method, path, api } = planned
  return `// Answers ${method} ${path}.
import type { Handler } from 'klue/runtime'
import type { Operations } from '../gen/${api}.ts'

export const ${id}: Handler<Operations['${id}']> = ${handlerBody(planned)}
`
}

function handlerBody(planned: Planned): string {
  const names = pathNames(planned)
  if (planned.method === 'DELETE') return '() => undefined'
  if (takesBody(planned)) return '({ body }) => ({ text: body.text })'
  if (names.length === 0) return `() => ({ text: '${planned.id}' })`
  return `({ path }) => ({ text: \`${planned.id} ${names.map((name) => `\${${/^[A-Za-z_$][\w$]*$/.test(name) ? `path.${name}` : `path['${name}']`}}`).join(' ')}\` })`
}

/** The acceptance test, in a file of its own. */
export function testFile(planned: Planned): string {
  const { id, method, path } = planned
  const { name, call, check } = testCall(planned)
  const names = [name, 'test', ...(planned.security === 'token' ? ['testAuth'] : [])].sort()
  const needsAssert = check.includes('assert.')
  return `// ${method} ${path} as its callers see it.
${needsAssert ? "import assert from 'node:assert/strict'\n" : ''}import { ${names.join(', ')} } from 'klue/testing'

test('${id} answers', async () => {
  ${check.replace('CALL', () => `await ${name}(${call})`)}
})
`
}

function testCall(planned: Planned): { name: string; call: string; check: string } {
  const { method, security } = planned
  const url = `'${planned.path.replaceAll(/\{[^}]+\}/g, '7')}'`
  const data = takesBody(planned) ? ["data: { text: 'Hello' }"] : []
  const status = statusOf(planned)
  const shared = [...(planned.isMain ? [] : [`api: '${planned.api}'`]), ...(security === 'token' ? ['auth: await testAuth()'] : [])]
  const options = (more: string[]): string => (more.length + shared.length === 0 ? '' : `, { ${[...more, ...shared].join(', ')} }`)
  const verb = `'${method.toLowerCase()}'`
  // Nobody but the service itself knows what it asks for: without that it must refuse.
  if (security === 'other') return { name: 'send', call: `${verb}, ${url}${options(data)}`, check: 'assert.equal((CALL).status, 401)' }
  if (method === 'DELETE') return { name: 'send', call: `${verb}, ${url}${options([])}`, check: 'assert.equal((CALL).status, 204)' }
  const text = takesBody(planned) ? 'Hello' : [planned.id, ...pathNames(planned).map(() => '7')].join(' ')
  const check = `assert.deepEqual(CALL, { text: '${text}' })`
  if (method === 'GET') return { name: 'assertGetReturnJson', call: `${url}${options([])}`, check }
  if (method === 'POST') return { name: 'assertPostReturnJson', call: `${url}, { text: 'Hello' }${options([`status: ${status}`])}`, check }
  return { name: 'assertCallReturnJson', call: `${verb}, ${url}${options(data)}`, check }
}

function takesBody({ method }: Planned): boolean {
  return method === 'POST' || method === 'PUT' || method === 'PATCH'
}

function statusOf({ method }: Planned): number {
  return method === 'POST' ? 201 : method === 'DELETE' ? 204 : 200
}

function pathNames({ path }: Planned): string[] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name!)
}
