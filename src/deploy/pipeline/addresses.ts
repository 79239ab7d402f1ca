// Where a stage answers, and its candidate: from the outputs of its stacks to addresses that this machine reaches.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Addresses of the services of a stage. */
export interface StageAddresses {
  main: string
  /** By API, of those that another service than the main one answers for. */
  services: Readonly<Record<string, string>>
}

export interface AddressOptions {
  /** Outputs of all stacks. */
  outputs: Readonly<Record<string, string>>
  kind: 'Url' | 'CandidateUrl'
  /** Entry files with the APIs that each answers for. */
  entries: ReadonlyMap<string, readonly string[]>
  /** AWS_ENDPOINT_URL. */
  endpoint: string | undefined
}

/** The addresses; undefined where the stacks have no such output. */
export function stageAddresses({ outputs, kind, entries, endpoint }: AddressOptions): StageAddresses | undefined {
  const main = outputs[kind]
  if (main === undefined) return undefined
  const services = [...entries].flatMap(([name, apis]) => {
    const own = outputs[`${kind}${name.replace(/[^A-Za-z0-9]/g, '')}`]
    return own === undefined ? [] : apis.map((api) => [api, reachable(own, endpoint)] as const)
  })
  return { main: reachable(main, endpoint), services: Object.fromEntries(services) }
}

/** An address of an HTTP API; where AWS is emulated, the emulator's own for it. */
export function reachable(url: string, endpoint: string | undefined): string {
  const id = /^https?:\/\/(\w+)\.execute-api\./.exec(url)?.[1]
  return endpoint === undefined || id === undefined ? url.replace(/\/$/, '') : `${endpoint.replace(/\/$/, '')}/_aws/execute-api/${id}/$default`
}

/** The entry files of what was bundled last for a stage, with the APIs that each answers for. */
export function bundledEntries(root: string, stage: string): Map<string, string[]> {
  const folder = join(root, '.klue', 'infra', stage)
  const foldersIn = (path: string): string[] => (existsSync(path) ? readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name) : [])
  return new Map(foldersIn(folder).filter((name) => name !== 'documents' && name !== 'telemetry').map((name) => [name, foldersIn(join(folder, name))]))
}
