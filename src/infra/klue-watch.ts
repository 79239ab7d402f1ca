// What a stage is watched by: alarms, and a dashboard with the same numbers.
import { Duration, Stack } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, Dashboard, GraphWidget, type IMetric, MathExpression, Metric, Stats, TextWidget, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'
import { admitAlarms, makeAlarmTopic } from './alarm-topic.ts'
import type { KlueApi } from './klue-api.ts'
import type { KlueFunction } from './klue-function.ts'
import type { KlueTable } from './klue-table.ts'

export interface KlueWatchProps {
  /** `<name>-<stage>` */
  readonly name: string
  /** By the name of the entry file. */
  readonly apis: ReadonlyMap<string, KlueApi>
  /** By name. */
  readonly functions: ReadonlyMap<string, KlueFunction>
  /** By logical name. */
  readonly tables: ReadonlyMap<string, KlueTable>
  /** Share of answers of 500 and above in five minutes that raises an alarm, in percent. */
  readonly errorPercent: number
  /** 99th percentile of the latency that raises an alarm. */
  readonly latency: Duration
  /** Who is told. @default a topic of its own */
  readonly topic?: ITopic
  /** Subscriber of the own topic. @default none */
  readonly email?: string
}

const period = Duration.minutes(5)
const total = { period, statistic: Stats.SUM }
// More lines in one graph cannot be told apart.
const shownFunctions = 20

/** Alarms on failing, slow and throttled requests, and a dashboard. */
export class KlueWatch extends Construct {
  /** Who is told. */
  readonly topic: ITopic
  /** The numbers that alarms watch, and those of tables. */
  readonly dashboard: Dashboard
  /** Errors and latency of each HTTP API, and throttles. */
  readonly alarms: readonly Alarm[]

  constructor(scope: Construct, id: string, props: KlueWatchProps) {
    super(scope, id)
    this.topic = props.topic ?? makeAlarmTopic(this, props)
    admitAlarms(this, this.topic, props.name)
    this.alarms = [...[...props.apis].flatMap(([name, api]) => this.#watchApi(props, name, api)), this.#watchThrottles(props)]
    this.dashboard = this.#draw(props)
  }

  #watchApi(props: KlueWatchProps, name: string, api: KlueApi): Alarm[] {
    const { errorPercent, latency } = props
    const usingMetrics = { requests: api.metric('Count', total), failures: api.metric('5xx', total) }
    // Without a floor, one failure at night would be a hundred percent.
    const failing = new MathExpression({ expression: 'IF(requests >= 10, 100 * failures / requests, 0)', usingMetrics, period, label: 'answers of 500 and above, %' })
    return [
      this.#alarm(props, { id: `Errors-${name}`, what: `${errorPercent} % or more of the answers of ${name} are 500 and above`, metric: failing, threshold: errorPercent, times: 1 }),
      this.#alarm(props, { id: `Latency-${name}`, what: `one request in a hundred to ${name} takes ${latency.toMilliseconds()} ms or longer`, metric: api.metric('Latency', { period, statistic: Stats.p(99) }), threshold: latency.toMilliseconds(), times: 3 }),
    ]
  }

  #watchThrottles(props: KlueWatchProps): Alarm {
    const functions = [...props.functions.values()]
    // An alarm takes ten metrics; the account's own one covers more functions than are meant, and none is missed.
    const metric = functions.length > 10 ? new Metric({ namespace: 'AWS/Lambda', metricName: 'Throttles', period, statistic: Stats.SUM }) : sum(functions.map((target) => target.function.metricThrottles({ period })))
    return this.#alarm(props, { id: 'Throttles', what: 'Lambda has refused requests because too many ran at once', metric, threshold: 1, times: 1 })
  }

  #alarm({ name }: KlueWatchProps, { id, what, metric, threshold, times }: { id: string; what: string; metric: IMetric; threshold: number; times: number }): Alarm {
    const alarm = new Alarm(this, id, { alarmName: `${name}-${id}`, alarmDescription: `${name}: ${what}`, metric, threshold, evaluationPeriods: times, comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD, treatMissingData: TreatMissingData.NOT_BREACHING })
    alarm.addAlarmAction(new SnsAction(this.topic))
    alarm.addOkAction(new SnsAction(this.topic))
    return alarm
  }

  #draw({ name, apis, functions, tables }: KlueWatchProps): Dashboard {
    const graph = (title: string, left: IMetric[]): GraphWidget => new GraphWidget({ title, left, width: 12 })
    const shown = [...functions].slice(0, shownFunctions)
    const table = (metricName: string): IMetric[] => [...tables].map(([label, { table: { tableName } }]) => new Metric({ namespace: 'AWS/DynamoDB', metricName, dimensionsMap: { TableName: tableName }, period, statistic: Stats.SUM, label }))
    return new Dashboard(this, 'Dashboard', {
      dashboardName: `${name}-${Stack.of(this).region}`,
      widgets: [
        [new TextWidget({ markdown: `# ${name}`, width: 24, height: 1 })],
        ...[...apis].map(([api, shownApi]) => [
          graph(`Requests and refusals: ${api}`, ['Count', '4xx', '5xx'].map((metricName) => shownApi.metric(metricName, total))),
          graph(`Latency, ms: ${api}`, [50, 99].map((percentile) => shownApi.metric('Latency', { period, statistic: Stats.p(percentile), label: `p${percentile}` }))),
        ]),
        [graph('Instances at work', shown.map(([label, target]) => target.function.metric('ConcurrentExecutions', { period, statistic: Stats.MAXIMUM, label }))), graph('Refused by Lambda', shown.map(([label, target]) => target.function.metricThrottles({ period, label })))],
        [graph('Read units of tables', table('ConsumedReadCapacityUnits')), graph('Write units of tables', table('ConsumedWriteCapacityUnits'))],
      ],
    })
  }
}

function sum(metrics: readonly Metric[]): IMetric {
  const named = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]))
  return metrics.length === 1 ? metrics[0]! : new MathExpression({ expression: Object.keys(named).join(' + '), usingMetrics: named, period, label: 'refused by Lambda' })
}
