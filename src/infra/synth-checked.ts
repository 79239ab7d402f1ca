// The end of a CDK app: the stacks are made, and the account that they go to is looked at.
import type { App } from 'aws-cdk-lib'
import { env } from '../config/index.ts'
import { type PlannedStack, preflight } from '../deploy/index.ts'
import { formatFault, isUsageError, visibleText } from '../errors/index.ts'
import type { Project } from './project.ts'

/**
 * Synthesises an app, then looks at the account with `preflight`: missing secrets, limits, changes of tables.
 * A fault is one line on stderr, and ends the app with code 1, so that the CDK deploys nothing.
 * The CDK runs the app for every command: `-c preflight=off` leaves the account alone, for example for `cdk destroy`.
 * @example
 * await synthChecked(app, project)
 */
export async function synthChecked(app: App, project: Pick<Project, 'loaded'>): Promise<void> {
  const assembly = app.synth()
  if (app.node.tryGetContext('preflight') === 'off') return
  const stacks: PlannedStack[] = assembly.stacks.map(({ stackName: name, template, templateFullPath: file }) => ({ name, template: template as PlannedStack['template'], file }))
  const { account, region } = placeOf(assembly.stacks[0]?.environment)
  try {
    await preflight({ stacks, loaded: project.loaded, account, region, notice: (sentence) => void process.stderr.write(`klue: ${visibleText(sentence)}\n`) })
  } catch (error) {
    if (!isUsageError(error)) throw error
    for (const fault of error.faults) process.stderr.write(`klue: ${visibleText(formatFault(fault))}\n`)
    process.stderr.write('klue: nothing is deployed like this; -c preflight=off leaves these checks out, for example for cdk destroy\n')
    process.exitCode = 1
  }
}

// A stack that may go anywhere goes where the CDK's command line says.
function placeOf(environment: { account: string; region: string } | undefined): { account: string | undefined; region: string | undefined } {
  const known = (text: string | undefined): string | undefined => (text === undefined || text.startsWith('unknown-') ? undefined : text)
  return { account: known(environment?.account) ?? env('CDK_DEFAULT_ACCOUNT'), region: known(environment?.region) ?? env('CDK_DEFAULT_REGION') }
}
