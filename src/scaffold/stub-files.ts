// Stubs for the operations of a document: a file a tag, so that each can be read, and an entry that binds them.
import { type ApiDocument, constantName, type RawOperation } from '../openapi/index.ts'
import type { Files } from './service-files.ts'

export interface StubOptions {
  api: string
  document: ApiDocument
  operations: readonly RawOperation[]
  /** Whether tests reach the API without naming it. */
  isMain: boolean
}

interface Group {
  /** Name of the file and of what it exports. */
  file: string
  constant: string
  /** The tag as it is written; undefined for operations without one. */
  tag: string | undefined
  operations: RawOperation[]
}

/** The entry file, its stubs and a first acceptance test. */
export function stubFiles(options: StubOptions): Files {
  const { api } = options
  const groups = groupByTag(options)
  return {
    [`functions/${api}.ts`]: entry(options, groups),
    ...Object.fromEntries(groups.map((group) => [`functions/${api}/${group.file}.ts`, stubs(api, group)])),
    [`testaccept/${api}.test.ts`]: acceptance(options),
  }
}

function groupByTag({ operations }: StubOptions): Group[] {
  const groups = new Map<string, Group>()
  const constants = new Set(['spec', 'service', 'handler', 'security'])
  for (const operation of operations) {
    const [tag] = (operation.value['tags'] as unknown[] | undefined) ?? []
    const text = typeof tag === 'string' ? tag : undefined
    const file = fileName(text ?? 'operations')
    const known = groups.get(file)
    if (known !== undefined) known.operations.push(operation)
    else groups.set(file, { file, constant: freeConstant(file, constants), tag: text, operations: [operation] })
  }
  return [...groups.values()]
}

function fileName(tag: string): string {
  const plain = tag.normalize('NFKD').toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '').slice(0, 60)
  return plain === '' ? 'operations' : plain
}

function freeConstant(file: string, taken: Set<string>): string {
  const name = constantName(file)
  let free = `${/^\d/.test(name) ? '_' : ''}${name}`
  while (taken.has(free)) free += 'Handlers'
  taken.add(free)
  return free
}

function stubs(api: string, { constant, tag, operations }: Group): string {
  return `// ${tag === undefined ? 'Operations without a tag' : `Operations of the tag ${tag.replaceAll(/\s+/g, ' ')}`}; each answers 501 until it is written.
import { type Handlers, notImplemented } from 'klue/runtime'
import type { Operations } from '../gen/${api}.ts'

export const ${constant} = {
${operations.map(stub).join('\n')}
} satisfies Partial<Handlers<Operations>>
`
}

function stub({ id, method, path, value }: RawOperation): string {
  const summary = typeof value['summary'] === 'string' ? `: ${value['summary'].replaceAll(/\s+/g, ' ').replaceAll('*/', '* /').trim().slice(0, 120)}` : ''
  const name = /^[A-Za-z_$][\w$]*$/.test(id) ? id : `'${id.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  return `  /** ${method} ${path.replaceAll('*/', '* /')}${summary} */\n  ${name}: notImplemented,`
}

function entry(options: StubOptions, groups: readonly Group[]): string {
  const { api } = options
  const schemes = uncheckedSchemes(options)
  const security = schemes.length === 0 ? '' : `  // Who may call is not decided yet: nobody. A check gets the credentials, and answers who they belong to.\n  security: {\n${schemes.map((name) => `    ${/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)}: notImplemented,\n`).join('')}  },\n`
  return `// The service behind apis/${api}: binds its operations to their handlers, and is the entry of its Lambda function.
import { toLambda } from 'klue/lambda'
import { defineService, ${schemes.length === 0 ? '' : 'notImplemented, '}type Service } from 'klue/runtime'
${groups.map(({ constant, file }) => `import { ${constant} } from './${api}/${file}.ts'\n`).join('')}import { ${constantName(api)} as spec } from './gen/${api}.ts'

export const service: Service = defineService({
  spec,
  handlers: {
${groups.map(({ constant }) => `    ...${constant},\n`).join('')}  },
${security}})

export const handler: ReturnType<typeof toLambda> = toLambda(service)
`
}

// Bearer tokens are klue's own unless the service says otherwise; all other schemes need a check.
function uncheckedSchemes({ document, operations }: StubOptions): string[] {
  const schemes = ((document.document?.['components'] as Record<string, unknown> | undefined)?.['securitySchemes'] ?? {}) as Record<string, { type?: string; scheme?: string }>
  const used = [document.document?.['security'], ...operations.map(({ value }) => value['security'])].flatMap((security) => (Array.isArray(security) ? security.flatMap((alternative) => Object.keys(alternative as object)) : []))
  return [...new Set(used)].filter((name) => !(schemes[name]?.type === 'http' && schemes[name].scheme?.toLowerCase() === 'bearer')).sort()
}

function acceptance({ api, isMain }: StubOptions): string {
  return `// The service as its callers see it; \`liveSafe\` tests also run against a stage that real users depend on.
import { assertHasPing, assertHasVersion, liveSafe } from 'klue/testing'

liveSafe('${api} is there', () => assertHasPing(${isMain ? '' : `{ api: '${api}' }`}))

liveSafe('${api} says its version', () => assertHasVersion(${isMain ? '' : `{ api: '${api}' }`}))
`
}
