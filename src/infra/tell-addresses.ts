// Addresses of the services of a project, told to each function of it that calls them.
import { CfnOutput } from 'aws-cdk-lib'
import type { KlueApi } from './klue-api.ts'
import type { KlueFunction } from './klue-function.ts'
import type { MadeSource } from './klue-consumers.ts'
import type { KlueTasks } from './klue-tasks.ts'
import type { Project } from './project.ts'

export interface Callers {
  apis: ReadonlyMap<string, KlueApi>
  functions: ReadonlyMap<string, KlueFunction>
  tasks: KlueTasks | undefined
}

/** The services of a project call each other; an address in the configuration wins. */
export function tellAddresses({ functions: prepared, worker, apiUrls }: Project, { apis: served, functions, tasks }: Callers): void {
  const places = new Map(prepared.flatMap(({ name, apis }) => apis.map(({ api }) => [api, served.get(name)!] as const)))
  const addresses = (calls: readonly string[], own: ReadonlySet<string>): string => calls.filter((api) => !own.has(api) && apiUrls[api] === undefined && places.has(api)).map((api) => `${api}=${places.get(api)!.url}`).join(',')
  for (const { name, apis, calls } of prepared) {
    const text = addresses(calls, new Set(apis.map(({ api }) => api)))
    if (text === '') continue
    for (const [functionName, made] of functions) if (functionName === name || apis.some((api) => api.operations.some(({ settings }) => settings.function === functionName))) made.function.addEnvironment('KLUE_API_URLS', text)
  }
  // A worker answers for no API: what its tasks call is somewhere else.
  const text = addresses(worker?.calls ?? [], new Set())
  if (text !== '') tasks?.worker.function.addEnvironment('KLUE_API_URLS', text)
}

/** Says in an output of the stack where the messages of each consumer go that has a source of its own: `Source<Consumer>`. */
export function tellSources(tasks: KlueTasks): void {
  for (const [name, source] of tasks.consumers.sources) new CfnOutput(tasks, `SourceOf-${name}`, { value: addressOf(source) }).overrideLogicalId(`Source${name.split('-').map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('')}`)
}

function addressOf(source: MadeSource): string {
  if ('queueUrl' in source) return source.queueUrl
  if ('topicArn' in source) return source.topicArn
  return 'bucketName' in source ? source.bucketName : source.eventBusName
}
