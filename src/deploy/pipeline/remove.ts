// Takes a stage away: its stacks, with what they hold; and says what stays.
import { resourcesOf, type Template } from '../template.ts'
import { readAssembly } from './assembly.ts'
import { endOf } from './end.ts'
import { holdLock } from './lock.ts'
import { lookAtStacks, plansOf, type Stage } from './open-stage.ts'
import { type Outcome, Stop } from './outcome.ts'

export interface RemoveOptions {
  stage: Stage
  wait: boolean
  /** Asks with what will go and what will stay; resolves to whether it may go on. */
  confirm(facts: { goes: string[]; stays: string[] }): Promise<boolean>
  /** Names of the secrets of the stage. */
  secrets: readonly string[]
}

/** Removes a stage. Every expected end is an Outcome. */
export async function removeStage({ stage, wait, confirm, secrets }: RemoveOptions): Promise<Outcome> {
  const end = (error: unknown): Outcome => ({ ...endOf(error), stage: stage.name, version: '' })
  const lock = await holdLock({ database: stage.database, who: stage.who, doing: 'removes the stage', wait, tell: (note) => stage.tell({ step: 'wait', state: 'says', note }) }).catch(end)
  if ('result' in lock) return lock
  try {
    const assembly = await stage.cdk.synth('remove', { preflight: 'off' })
    const stacks = await lookAtStacks(stage, plansOf(readAssembly(assembly)))
    if (stacks.length === 0) throw new Stop('failed', `nothing is deployed to the stage ${stage.name}`)
    const stays = [...stacks.flatMap(({ deployed }) => retained(deployed.template, deployed.resources)), ...secrets.map((name) => `the secret ${name} (klue secret remove ${name} --stage ${stage.name})`)]
    if (!(await confirm({ goes: stacks.map(({ plan }) => plan.name), stays }))) throw new Stop('failed', 'it was not confirmed')
    stage.tell({ step: 'remove', state: 'started', title: `Removing ${stacks.map(({ plan }) => plan.name).join(', ')}` })
    const begun = Date.now()
    await stage.cdk.destroy(assembly)
    stage.tell({ step: 'remove', state: 'done', seconds: Math.round((Date.now() - begun) / 100) / 10 })
    return { result: 'live', stage: stage.name, version: '', lines: [`The stage ${stage.name} is removed`, ...stays.map((what) => `What stays: ${what}`)] }
  } catch (error) {
    return end(error)
  } finally {
    await lock.release()
  }
}

/** Tables and logs that a template says outlive their stack, by their names. */
export function retained(template: Template, physical: ReadonlyMap<string, string>): string[] {
  const kinds: Record<string, string> = { 'AWS::DynamoDB::GlobalTable': 'the table', 'AWS::DynamoDB::Table': 'the table', 'AWS::Logs::LogGroup': 'the log' }
  return resourcesOf(template, ...Object.keys(kinds)).flatMap(({ id }) => {
    const resource = template.Resources?.[id] as { Type: string; DeletionPolicy?: string } | undefined
    return resource?.DeletionPolicy === 'Retain' ? [`${kinds[resource.Type]} ${physical.get(id) ?? id}`] : []
  })
}
