// The older metrics backend behind apis/metrics-backend.yaml: a second small service, so that everything runs.
import { createHash, timingSafeEqual } from 'node:crypto'
import { toLambda } from 'klue/lambda'
import { defineError, defineService, type Handler, type SecurityHandler, type Service } from 'klue/runtime'
import { metricsBackend, type Operations, PackageList } from './gen/metrics-backend.ts'

const BUILD_UNKNOWN: ReturnType<typeof defineError> = defineError('BUILD_UNKNOWN', 404, 'Nothing is known of this build')

const getPackages: Handler<Operations['getPackages']> = async ({ query: { job, build } }, context) => {
  const list = await context.table(PackageList).find({ job, build })
  if (list === undefined) throw BUILD_UNKNOWN(`Nothing is known of build ${build} of ${job}`)
  return list.packages.join('\n')
}

const putPackages: Handler<Operations['putPackages']> = async ({ query: { job, build }, body }, context) => {
  const packages = body.split('\n').map((line) => line.trim()).filter((line) => line !== '')
  await context.table(PackageList).save({ job, build, packages })
}

// One account for the whole team: what calls this backend is configured in apis.metrics-backend of klue-config.yaml.
const team: SecurityHandler = (credentials, { config }) => {
  const expected = config.apis['metrics-backend']
  if (credentials.kind !== 'basic' || expected?.username === undefined || expected.password === undefined) return false
  return equal(credentials.username, expected.username) && equal(credentials.password, expected.password)
}

// Digests have one length, so that comparing them tells nothing of the text.
function equal(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(left), digest(right))
}

export const service: Service = defineService({ spec: metricsBackend, handlers: { getPackages, putPackages }, security: { team } })

export const handler: ReturnType<typeof toLambda> = toLambda(service)
