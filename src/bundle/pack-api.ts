// Packs a compiled API for a function: one file from which only what a request touches is read, whatever the API's size.
import { createRequire } from 'node:module'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ApiTable, PackedIndex, PackedTable, RouteNode, Span } from '../openapi/index.ts'

/** Nodes of the route tree beyond this size become records of their own. */
const nodeLimitBytes = 2000

/** Writes the API that lies in `from`, as `klue generate` left it, into the folder `to`: api.json says what lies where in api.pack. */
export async function packApi(from: string, to: string): Promise<void> {
  const table = readTable(from)
  const pack = createPack()
  const modules = new Map<string, Span>()
  for (const folder of ['requests', 'replies', 'values', 'schemas']) {
    const files = await readdir(join(from, folder)).catch(() => [])
    for (const file of files.filter((name) => name.endsWith('.cjs')).sort()) modules.set(`${folder}/${file}`, pack.add(await readFile(join(from, folder, file))))
  }
  const { operations, routes, ...head } = table
  const spans = operations.map((operation) => pack.add(JSON.stringify({ operation, request: modules.get(`requests/${operation.file}.cjs`), reply: modules.get(`replies/${operation.file}.cjs`) })))
  const values = Object.fromEntries([...modules].flatMap(([name, span]) => (name.startsWith('values/') ? [[name.slice('values/'.length, -'.cjs'.length), span]] : []))) as Record<string, Span>
  const index: PackedIndex = {
    // Fixed widths: the place of an operation is found without reading those of the others.
    operations: spans.map(([offset, length]) => offset.toString(36).padStart(6, '0') + length.toString(36).padStart(4, '0')).join(''),
    count: operations.length,
    runtime: pack.add(await readFile(join(from, 'runtime.cjs'))),
    routes: packNode(pack, routes, true) as Span,
    schemas: pack.add(JSON.stringify(Object.fromEntries([...modules].filter(([name]) => name.startsWith('schemas/'))))),
    ...(Object.keys(values).length === 0 ? {} : { values }),
    schemes: [...new Set(operations.flatMap(({ security }) => security.flatMap(Object.keys)))],
    decorated: operations.flatMap(({ settings }, position) => settings.decorateServer === undefined ? [] : [position]),
    ...(operations.some(({ settings }) => settings.task !== undefined) ? { tasks: operations.flatMap(({ settings }, position) => (settings.task === undefined ? [] : [position])) } : {}),
  }
  await mkdir(to, { recursive: true })
  await writeFile(join(to, 'api.json'), JSON.stringify({ ...head, pack: index } satisfies PackedTable))
  await writeFile(join(to, 'api.pack'), pack.bytes())
}

function readTable(folder: string): ApiTable {
  const load = createRequire(pathToFileURL(join(folder, 'table.cjs')))
  // A process that generates twice must not pack what it read the first time.
  delete load.cache[load.resolve('./table.cjs')]
  return load('./table.cjs') as ApiTable
}

interface Pack {
  add: (content: string | Buffer) => Span
  bytes: () => Buffer
}

function createPack(): Pack {
  const parts: Buffer[] = []
  let end = 0
  return {
    add: (content) => {
      const part = Buffer.from(content)
      parts.push(part)
      end += part.length
      return [end - part.length, part.length]
    },
    bytes: () => Buffer.concat(parts),
  }
}

// A node, or where its record lies.
function packNode(pack: Pack, node: RouteNode, isRoot: boolean = false): unknown {
  const packed = {
    ...node,
    ...(node.literals === undefined ? {} : { literals: Object.fromEntries(Object.entries(node.literals).map(([name, child]) => [name, packNode(pack, child)])) }),
    ...(node.patterns === undefined ? {} : { patterns: node.patterns.map((pattern) => ({ ...pattern, node: packNode(pack, pattern.node) })) }),
    ...(node.parameter === undefined ? {} : { parameter: packNode(pack, node.parameter) }),
  }
  const json = JSON.stringify(packed)
  return isRoot || json.length > nodeLimitBytes ? pack.add(json) : packed
}
