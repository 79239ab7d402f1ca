// Schedules in AWS: EventBridge Scheduler invokes the worker at each tick, with the time that it was due.
import { Stack } from 'aws-cdk-lib'
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Alias } from 'aws-cdk-lib/aws-lambda'
import { CfnSchedule, CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import type { PreparedSchedule } from './project.ts'

export interface SchedulesProps {
  /** Name of the stack, and of their group. */
  stackName: string
  schedules: readonly PreparedSchedule[]
  /** Whether they run on this stage. */
  isEnabled: boolean
  /** Of the worker: what is live runs them. */
  alias: Alias
  /** Takes ticks that reached nobody. */
  deadLetters: Queue
}

/** How long a tick is tried: until the worker has it, and again until it has fired its task. */
export const longestTrySeconds = 3600

/** A group with a schedule for each of the worker's; nothing where there are none. */
export function makeSchedules(scope: Construct, { stackName, schedules, isEnabled, alias, deadLetters }: SchedulesProps): ReadonlyMap<string, CfnSchedule> {
  if (schedules.length === 0) return new Map()
  const group = new CfnScheduleGroup(scope, 'Schedules', { name: stackName })
  const role = new Role(scope, 'ScheduleRole', {
    description: `${stackName}: runs its schedules`,
    // Of this account alone: no other one may have this role used for its schedules.
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } } }),
  })
  role.addToPolicy(new PolicyStatement({ effect: Effect.ALLOW, actions: ['lambda:InvokeFunction'], resources: [alias.functionArn] }))
  role.addToPolicy(new PolicyStatement({ effect: Effect.ALLOW, actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] }))
  return new Map(schedules.map(({ name, expression, timezone }) => {
    const schedule = new CfnSchedule(scope, `Schedule-${name}`, {
      name,
      groupName: group.ref,
      description: `${stackName}: the schedule ${name}`,
      scheduleExpression: expression,
      scheduleExpressionTimezone: timezone,
      flexibleTimeWindow: { mode: 'OFF' },
      state: isEnabled ? 'ENABLED' : 'DISABLED',
      target: {
        arn: alias.functionArn,
        roleArn: role.roleArn,
        input: JSON.stringify({ klue: 'tick', schedule: name, time: '<aws.scheduler.scheduled-time>' }),
        retryPolicy: { maximumEventAgeInSeconds: longestTrySeconds, maximumRetryAttempts: 185 },
        deadLetterConfig: { arn: deadLetters.queueArn },
      },
    })
    schedule.node.addDependency(role)
    return [name, schedule]
  }))
}
