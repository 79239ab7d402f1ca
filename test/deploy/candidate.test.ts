// A new version beside the live one: at an address of its own, closed to others, then live, taken back, and live again.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { root } from '../rules/imports.ts'
import { callAws, getAws } from './aws.ts'
import { type Cloud, startCloud } from './cloud.ts'
import { addresses, bootstrap, cdk, type Deployed, deploy } from './commands.ts'
import { inOrder } from './in-order.ts'
import { makeMinimal, stage } from './project.ts'
import { functions, physicalNames } from './stack.ts'

const token = randomBytes(24).toString('hex')
const candidate = `klue:candidate=${createHash('sha256').update(token).digest('hex')}`
const everyPin = 'klue:pin=hello=1,documents=1,ingest=1,reporter=1'

let cloud: Cloud
let project: string
let deployed: Deployed
let live: string
before(async () => {
  cloud = await startCloud('candidate')
  project = makeMinimal(join(cloud.folder, 'minimal'), root)
})
after(() => cloud.stop())

const step = inOrder(() => cloud)

step('the first deployment makes the first version live', async () => {
  await bootstrap({ cloud, project })
  deployed = await deploy(stage, { cloud, project })
  live = addresses(deployed, cloud)['Url']!
  assert.deepEqual(await greeting(live), { text: 'Hello Ann' })
  assert.deepEqual(await aliases('hello'), { live: '1' })
})

step('the template that is deployed says whose aliases these are', async () => {
  const text = await callAws<string>({ endpoint: cloud.endpoint, service: 'cloudformation', input: { Action: 'GetTemplate', Version: '2010-05-15', StackName: `hello-${stage}` } })
  const template = JSON.parse(/<TemplateBody>([\s\S]*)<\/TemplateBody>/.exec(text)![1]!.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')) as { Resources: Record<string, { Type: string; Metadata?: Record<string, string> }> }
  const named = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Alias').map(({ Metadata }) => Metadata?.['klue:function'])
  assert.deepEqual(named.sort(), ['documents', 'hello', 'ingest', 'reporter'])
})

step('a pinned deployment changes nothing that is live, and the candidate is the new version', async () => {
  change(project)
  deployed = await deploy(stage, { cloud, project, context: [everyPin, candidate], log: 'cdk-candidate' })
  const { Url: url, CandidateUrl: candidateUrl } = addresses(deployed, cloud)
  assert.equal(url, live)
  assert.deepEqual(await aliases('hello'), { live: '1', candidate: '2' })
  assert.deepEqual(await aliases('documents'), { live: '1', candidate: '2' })
  assert.deepEqual(await greeting(live), { text: 'Hello Ann' })
  assert.equal(await title(live), 'Hello')
  const headers = { 'x-klue-candidate': token }
  assert.deepEqual(await greeting(candidateUrl!, headers), { text: 'Good day Ann' })
  assert.equal(await title(candidateUrl!, headers), 'Good day')
  for (const path of ['/hello/Ann', '/doc/hello.json', '/ping', '/']) {
    assert.equal((await fetch(`${candidateUrl}${path}`)).status, 401, path)
    for (const wrong of ['x', `${token}0`, token.slice(1)]) assert.equal((await fetch(`${candidateUrl}${path}`, { headers: { 'x-klue-candidate': wrong } })).status, 403, path)
  }
})

step('without the context the new version is live, and the candidate is gone', async () => {
  const { CandidateUrl: candidateUrl } = addresses(deployed, cloud)
  deployed = await deploy(stage, { cloud, project, log: 'cdk-live' })
  assert.deepEqual(Object.keys(addresses(deployed, cloud)), ['Url'])
  assert.deepEqual(await aliases('hello'), { live: '2' })
  assert.deepEqual(await greeting(live), { text: 'Good day Ann' })
  assert.equal(await title(live), 'Good day')
  assert.equal((await fetch(`${candidateUrl}/hello/Ann`, { headers: { 'x-klue-candidate': token } })).status, 404)
})

step('the version before is kept, can be live again, and the same deployment takes it away again', async () => {
  await deploy(stage, { cloud, project, context: ['klue:pin=hello=1,documents=1'], log: 'cdk-back' })
  assert.deepEqual([await greeting(live), await title(live)], [{ text: 'Hello Ann' }, 'Hello'])
  await deploy(stage, { cloud, project, log: 'cdk-again' })
  assert.deepEqual([await greeting(live), await title(live)], [{ text: 'Good day Ann' }, 'Good day'])
})

step('versions that were kept go with the stack', async () => {
  await cdk(['destroy', '--all', '--force', '-c', `stage=${stage}`], { cloud, project, log: 'destroy' })
  assert.deepEqual(await functions(cloud), [])
})

function change(folder: string): void {
  for (const [file, before, now] of [['functions/hello.ts', 'Hello $', 'Good day $'], ['apis/hello.yaml', 'title: Hello', 'title: Good day']] as const) {
    const text = readFileSync(join(folder, file), 'utf8')
    assert.ok(text.includes(before))
    writeFileSync(join(folder, file), text.replace(before, () => now))
  }
}

async function greeting(url: string, headers: Record<string, string> = {}): Promise<unknown> {
  return (await fetch(`${url}/hello/Ann`, { headers })).json()
}

async function title(url: string, headers: Record<string, string> = {}): Promise<string> {
  const document = (await (await fetch(`${url}/doc/hello.json`, { headers })).json()) as { info: { title: string } }
  return document.info.title
}

// Version by alias of a function, by its name in the service.
async function aliases(name: string): Promise<Record<string, string>> {
  const physical = await physicalNames(cloud, [`hello-${stage}`])
  const logicalId = name === 'documents' ? /^ServiceDocumentsFunction[0-9A-F]{8}$/ : new RegExp(`^ServiceFunction${name}Function[0-9A-F]{8}$`)
  const [, functionName] = Object.entries(physical).find(([id]) => logicalId.test(id))!
  const { Aliases: found } = await getAws<{ Aliases: { Name: string; FunctionVersion: string }[] }>(cloud.endpoint, 'lambda', `/2015-03-31/functions/${functionName}/aliases`)
  return Object.fromEntries(found.map(({ Name, FunctionVersion }) => [Name, FunctionVersion]))
}
