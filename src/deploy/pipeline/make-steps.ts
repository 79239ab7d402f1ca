// The steps of a deployment, in their order.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { environment } from '../../config/index.ts'
import { bundledEntries, stageAddresses } from './addresses.ts'
import { readAssembly } from './assembly.ts'
import { startCandidateProxy } from './candidate-proxy.ts'
import { runCommand, usefulLines } from './child.ts'
import { costNote } from './cost-note.ts'
import { type Deploying, isFirst } from './deploying.ts'
import { runGate } from './run-gate.ts'
import { noteMoved, record, pruneVersions } from './history.ts'
import { liveAliases } from './live-aliases.ts'
import { hasMigrations, lookAtMigrations, migrateAfter, migrateBefore } from './migrations.ts'
import { arnsOf, lookAtStacks, outputsOf, plansOf } from './open-stage.ts'
import { Stop } from './outcome.ts'
import { checkStillClean } from '../version-stamp.ts'
import type { Step } from './steps.ts'
import { runSuite } from './suite.ts'

/** Makes the steps; what one finds out, the next ones read from the deployment. */
export function makeSteps(deploying: Deploying): Step[] {
  const { journal, stage } = deploying
  const notFirst = (): string | undefined => (isFirst(deploying) ? 'the first deployment of the stage has nothing beside which a candidate could stand' : undefined)
  const steps: Step[] = [
    { name: 'test', title: () => 'npm test', isDone: () => journal.doneEarlier('test'), run: () => test(deploying) },
    { name: 'synth', title: () => 'Synthesising, and looking at the account', run: () => synth(deploying) },
    { name: 'gate', title: () => 'Comparing the documents with those that are live', isDone: () => (isFirst(deploying) ? 'nothing is live yet' : journal.doneEarlier('gate')), run: () => runGate(deploying) },
    { name: 'confirm', title: () => 'What will change', run: () => confirm(deploying) },
    { name: 'candidate', title: () => 'Deploying the candidate beside what is live', isDone: () => notFirst() ?? journal.doneEarlier('suite'), run: () => candidate(deploying) },
    { name: 'suite', title: () => 'Acceptance suite against the candidate', isDone: () => notFirst() ?? journal.doneEarlier('suite'), run: () => suite(deploying) },
    { name: 'before', title: () => 'Migrations before live moves', isDone: () => (isFirst(deploying) ? 'the first deployment makes the tables; its migrations run at its end' : journal.doneEarlier('shift')), run: () => migrateBefore(deploying) },
    { name: 'shift', title: () => (isFirst(deploying) ? `Deploying the stage ${stage.name}` : 'Moving live to the new version'), isDone: () => journal.doneEarlier('shift'), run: () => shift(deploying) },
    { name: 'prove', title: () => 'Acceptance suite against live', run: () => prove(deploying) },
    { name: 'record', title: () => 'Writing the history', run: () => writeHistory(deploying) },
    { name: 'after', title: () => 'Migrations after live has moved', run: () => migrateAfter(deploying) },
  ]
  const migrates = hasMigrations(stage.root)
  return steps.filter(({ name }) => migrates || (name !== 'before' && name !== 'after'))
}

async function test({ stage }: Deploying): Promise<undefined> {
  const onLine = stage.isVerbose ? (note: string): void => stage.tell({ step: 'test', state: 'says', note }) : undefined
  // These say what is deployed, and where; the tests of the project run on this machine, as they do without them.
  const { AWS_ENDPOINT_URL: _endpoint, KLUE_STAGE: _stage, ...env } = environment()
  const { code, printed } = await runCommand('npm', ['test'], { cwd: stage.root, env, log: join(stage.folder, 'test.log'), onLine })
  if (code !== 0) throw new Stop('failed', `npm test ended with ${code}; its whole output is in .klue/deploy/${stage.name}/test.log`, usefulLines(printed, 20))
}

async function synth(deploying: Deploying): Promise<string> {
  const { stage, journal } = deploying
  const left = join(stage.folder, 'next')
  // What an earlier run has shown and passed through the gate is what is deployed.
  const isThere = journal.doneEarlier('synth') !== undefined && existsSync(join(left, 'manifest.json'))
  deploying.assembly = isThere ? left : await stage.cdk.synth('next', {})
  checkStillClean(stage.root)
  // What is wrong with one is told before anything is changed.
  const open = await lookAtMigrations(stage)
  deploying.stacks = readAssembly(deploying.assembly)
  const live = await stage.functions.live(arnsOf(await lookAtStacks(stage, plansOf(deploying.stacks))))
  // What was live before an earlier run began is what a failure goes back to.
  deploying.before = journal.entry.before ?? live
  journal.note({ before: { ...deploying.before } })
  const names = deploying.stacks.map(({ plan }) => plan.name).join(', ')
  return `${isFirst(deploying) ? `${names}: nothing is live yet, so this version goes live at once, without gate and candidate` : names}${open.length === 0 ? '' : `; migrations to run: ${open.join(', ')}`}`
}

async function confirm(deploying: Deploying): Promise<string | undefined> {
  const { stage, yes, ask, show } = deploying
  show(await stage.cdk.diff(deploying.assembly))
  const cost = await costNote(stage)
  if (cost !== undefined) {
    show(cost.text)
    deploying.row.settings = cost.settings
  }
  if (yes) return cost?.text
  if (ask === undefined) throw new Stop('failed', 'there is no terminal to ask for confirmation; --yes goes on without asking')
  if (!(await ask(`Deploy ${deploying.version} to the stage ${stage.name}?`))) throw new Stop('failed', 'it was not confirmed')
  return undefined
}

async function candidate(deploying: Deploying): Promise<string> {
  const { stage, before, stacks, token, journal } = deploying
  const there = new Set(stacks.flatMap(({ template, nested }) => [template, ...nested.values()].flatMap(liveAliases)).map((alias) => alias.function))
  const pins = Object.entries(before).filter(([name]) => there.has(name))
  const assembly = await stage.cdk.synth('candidate', { 'klue:pin': pins.map(([name, number]) => `${name}=${number}`).join(','), 'klue:candidate': createHash('sha256').update(token).digest('hex'), preflight: 'off' })
  journal.note({ isTouched: true })
  await record(stage.database, deploying.row)
  await stage.cdk.deploy(assembly, 'candidate')
  const live = await stage.functions.live(arnsOf(await lookAtStacks(stage, plansOf(stacks))))
  const moved = pins.filter(([name, number]) => live[name] !== number).map(([name]) => name)
  if (moved.length > 0) throw new Stop('failed', `the candidate has moved live of ${moved.join(', ')}, which it must not`)
  return `live stays as it is: ${pins.map(([name, number]) => `${name} ${number}`).join(', ')}`
}

async function suite(deploying: Deploying): Promise<string> {
  const { stage, stacks, token } = deploying
  const outputs = outputsOf(await lookAtStacks(stage, plansOf(stacks)))
  const addresses = stageAddresses({ outputs, kind: 'CandidateUrl', entries: bundledEntries(stage.root, stage.name), endpoint: stage.endpoint })
  if (addresses === undefined) throw new Stop('failed', 'the stack has no output CandidateUrl, so the candidate cannot be tested')
  const proxies = await Promise.all([...new Set([addresses.main, ...Object.values(addresses.services)])].map(async (url) => [url, await startCandidateProxy(url, token)] as const))
  const near = new Map(proxies.map(([url, proxy]) => [url, proxy.url]))
  try {
    const services = Object.fromEntries(Object.entries(addresses.services).map(([api, url]) => [api, near.get(url)!]))
    return await runSuite(stage, { addresses: { main: near.get(addresses.main)!, services }, isLiveSafe: stage.loaded.config.live, target: 'candidate' })
  } finally {
    await Promise.all(proxies.map(([, proxy]) => proxy.close()))
  }
}

async function shift(deploying: Deploying): Promise<string> {
  const { stage, journal, assembly, stacks } = deploying
  journal.note({ isTouched: true })
  await stage.cdk.deploy(assembly, 'live')
  await noteMoved(stage, deploying.version)
  const live = await stage.functions.live(arnsOf(await lookAtStacks(stage, plansOf(stacks))))
  return Object.entries(live).map(([name, number]) => `${name} ${number}`).join(', ')
}

async function prove(deploying: Deploying): Promise<string> {
  const { stage, stacks } = deploying
  const outputs = outputsOf(await lookAtStacks(stage, plansOf(stacks)))
  deploying.urls = Object.fromEntries(Object.entries(outputs).filter(([name]) => name.startsWith('Url')))
  const addresses = stageAddresses({ outputs, kind: 'Url', entries: bundledEntries(stage.root, stage.name), endpoint: stage.endpoint })
  if (addresses === undefined) throw new Stop('failed', 'the stack has no output Url, so the stage cannot be tested')
  // A first deployment has had no candidate to run the rest against.
  return await runSuite(stage, { addresses, isLiveSafe: stage.loaded.config.live || !isFirst(deploying), target: 'live' })
}

async function writeHistory(deploying: Deploying): Promise<string> {
  const { stage, row, stacks, allowed } = deploying
  const arns = arnsOf(await lookAtStacks(stage, plansOf(stacks)))
  const functions = await stage.functions.live(arns)
  await record(stage.database, { ...row, state: 'live', functions, allowed, stacks: JSON.stringify(plansOf(stacks)) })
  const pruned = await pruneVersions(stage, arns)
  deploying.told.push(`${deploying.version} is live on the stage ${stage.name}: ${Object.entries(functions).map(([name, number]) => `${name} ${number}`).join(', ')}`)
  return pruned === 0 ? 'done' : `done; ${pruned} old versions of functions deleted`
}
