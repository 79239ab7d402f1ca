// The entry files of a project: what becomes a function in AWS, and a service of the local server.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../errors/index.ts'

/** The entry files of a project, the main one first: the one called like the service, else the first by name. */
export function findEntries(root: string, serviceName: string): string[] {
  const folder = join(root, 'functions')
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => /\.[cm]?ts$/.test(file) && !file.endsWith('.d.ts')) : []
  // What makes a file an entry is that it starts a service; other files hold handlers.
  const entries = files.filter((file) => isEntry(readFileSync(join(folder, file), 'utf8'))).sort()
  if (entries.length === 0) throw new UsageError({ code: 'no-entry', file: 'functions', message: 'no file in functions/ starts a service', hint: "add one with: export const handler = toLambda(service), from 'klue/lambda'" })
  const isMain = (file: string): number => (file.replace(/\.[cm]?ts$/, '') === serviceName ? 0 : 1)
  return entries.sort((left, right) => isMain(left) - isMain(right)).map((file) => `functions/${file}`)
}

/** The file that tells people in the service's own way: `functions/reporter.ts`, where there is one. Relative to the project's folder. */
export function findReporter(root: string): string | undefined {
  const file = 'functions/reporter.ts'
  return existsSync(join(root, file)) && isReporter(readFileSync(join(root, file), 'utf8')) ? file : undefined
}

/** The file that starts the worker of a project's tasks: the one in `functions/` that calls `toWorker`, where there is one. Relative to the project's folder. */
export function findWorker(root: string): string | undefined {
  const folder = join(root, 'functions')
  const found = existsSync(folder) ? readdirSync(folder).filter((file) => /(?<!\.d)\.[cm]?ts$/.test(file) && isWorker(readFileSync(join(folder, file), 'utf8'))).sort() : []
  if (found.length > 1) throw new UsageError({ code: 'worker-double', file: `functions/${found[1]}`, message: `functions/${found[0]} starts a worker of tasks too, and a service has one`, hint: 'give all services to one toWorker([…])' })
  return found[0] === undefined ? undefined : `functions/${found[0]}`
}

function isEntry(source: string): boolean {
  return /from ['"]klue\/lambda['"]/.test(source) && !isReporter(source) && !isWorker(source)
}

function isWorker(source: string): boolean {
  return /\btoWorker\(/.test(source) && /from ['"]klue\/lambda['"]/.test(source)
}

function isReporter(source: string): boolean {
  return /\btoReporter\(/.test(source)
}
