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
  /** Whether there is a dashboard. */
  readonly dashboard: boolean
  /** Who is told. @default a topic of its own */
  readonly topic?: ITopic
  /** Subscriber of the own topic. @default none */
  readonly email?: string
}

const period = Duration.minutes(5)
const total = { period, statistic: Stats.SUM }
// An alarm takes ten metrics, and errors of an API are told by two.
const apisAnAlarm = 5
// More lines in one graph cannot be told apart.
const shownFunctions = 20

function worst(expressions: readonly string[], usingMetrics: Record<string, IMetric>, label: string): MathExpression {
  return new MathExpression({ expression: expressions.length === 1 ? expressions[0]! : `MAX([${expressions.join(', ')}])`, usingMetrics, period, label })
}

/** Alarms on failing, slow and throttled requests, and a dashboard where one is asked for. */
export class KlueWatch extends Construct {
  /** Who is told. */
  readonly topic: ITopic
  /** The numbers that alarms watch, and those of tables; where it is asked for. */
  readonly dashboard: Dashboard | undefined
  /** Errors and latency of each HTTP API, and throttles. */
  readonly alarms: readonly Alarm[]

  constructor(scope: Construct, id: string, props: KlueWatchProps) {
    super(scope, id)
    this.topic = props.topic ?? makeAlarmTopic(this, props)
    admitAlarms(this, this.topic, props.name)
    const apis = [...props.apis]
    const groups = Array.from({ length: Math.ceil(apis.length / apisAnAlarm) }, (_, index) => apis.slice(index * apisAnAlarm, (index + 1) * apisAnAlarm))
    this.alarms = [...groups.flatMap((group) => this.#watchApis(props, group)), this.#watchThrottles(props)]
    this.dashboard = props.dashboard ? this.#draw(props) : undefined
  }

  // Alarms of one kind share one: it looks at the worst of its APIs.
  #watchApis(props: KlueWatchProps, apis: readonly (readonly [name: string, api: KlueApi])[]): Alarm[] {
    const { errorPercent, latency } = props
    const [names, id] = [apis.map(([name]) => name).join(', '), apis.map(([name]) => name).join('-')]
    // Without a floor, one failure at night would be a hundred percent.
    const failing = apis.map((_, index) => `IF(requests${index} >= 10, 100 * failures${index} / requests${index}, 0)`)
    const counted = Object.fromEntries(apis.flatMap(([, api], index) => [[`requests${index}`, api.metric('Count', total)], [`failures${index}`, api.metric('5xx', total)]]))
    const slow = Object.fromEntries(apis.map(([, api], index) => [`latency${index}`, api.metric('Latency', { period, statistic: Stats.p(99) })]))
    return [
      this.#alarm(props, { id: `Errors-${id}`, what: `${errorPercent} % or more of the answers of ${names} are 500 and above`, metric: worst(failing, counted, 'answers of 500 and above, %'), threshold: errorPercent, times: 1 }),
      this.#alarm(props, { id: `Latency-${id}`, what: `one request in a hundred to ${names} takes ${latency.toMilliseconds()} ms or longer`, metric: apis.length === 1 ? slow['latency0']! : worst(Object.keys(slow), slow, 'latency, ms'), threshold: latency.toMilliseconds(), times: 3 }),
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
