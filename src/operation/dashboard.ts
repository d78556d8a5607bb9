import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { AlarmedDatabase, AlarmedRedis } from './data-alarms';
import { costOfDay, gbSeconds, type PricedFunction } from './lambda-cost';
import type { LogMetrics } from './log-metrics';

export interface DashboardProps {
  readonly relay: PricedFunction;
  readonly worker: PricedFunction;
  /** A metric of the API. */
  readonly api: { metric(name: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric };
  readonly logMetrics: LogMetrics;
  readonly logGroups: ILogGroup[];
  readonly redis?: AlarmedRedis;
  readonly database?: AlarmedDatabase;
  readonly canary?: { readonly success: cloudwatch.Metric };
}

const HEIGHT = 6;

/** One page: what users notice, workers, data stores, logs. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    new cloudwatch.Dashboard(this, 'Resource', {
      defaultInterval: Duration.days(1),
      widgets: [
        title('Users'), users(props),
        title('Workers'), workers(props),
        ...props.redis || props.database ? [title('Data stores'), dataStores(props)] : [],
        title('Logs'), [errors(props)],
      ],
    });
  }
}

function users({ api, logMetrics, canary }: DashboardProps): cloudwatch.IWidget[] {
  const sum = { statistic: cloudwatch.Stats.SUM };
  return row(
    ...graph('Requests', [api.metric('Count', { ...sum, label: 'requests' })]),
    ...graph('Errors', [api.metric('4XXError', { ...sum, label: '4xx' }), api.metric('5XXError', { ...sum, label: '5xx' })]),
    ...graph('Time to first byte, ms', percentiles(logMetrics.firstByte())),
    ...graph('Chats', [logMetrics.chats().with({ label: 'chats' })]),
    ...graph('Time to first token, ms', percentiles(logMetrics.firstToken())),
    ...graph('Canary: 1 is a success', canary ? [canary.success.with({ label: 'canary' })] : []),
  );
}

function workers({ relay, worker, logMetrics }: DashboardProps): cloudwatch.IWidget[] {
  const { handler } = worker;
  const running = handler.metric('ConcurrentExecutions', { statistic: cloudwatch.Stats.MAXIMUM, label: 'workers' });
  const starts = [
    handler.metricInvocations({ label: 'starts' }),
    logMetrics.starts().with({ statistic: cloudwatch.Stats.SAMPLE_COUNT, label: 'cold starts' }),
    logMetrics.failedStarts().with({ label: 'failed' }),
  ];
  return row(
    ...graph('Running workers', [running]),
    ...graph('Starts', starts),
    ...graph('Requests of a worker', [logMetrics.requestsOfWorkers().with({ label: 'average' })]),
    ...graph('GB-seconds an hour', [gbSeconds(worker, 'workers'), gbSeconds(relay, 'relay')]),
    (width) => new cloudwatch.SingleValueWidget({ title: 'Estimated cost of Lambda', metrics: [costOfDay(relay, worker)], width, height: HEIGHT }),
  );
}

function dataStores({ redis, database }: DashboardProps): cloudwatch.IWidget[] {
  const ofRedis = (name: string, statistic: string) => redis?.metrics(name, { statistic }) ?? [];
  const ofDatabase = (name: string, label: string) => (database ? [database.metric(name, { label })] : []);
  return row(
    ...graph('Redis: memory, %', ofRedis('DatabaseMemoryUsagePercentage', cloudwatch.Stats.MAXIMUM)),
    ...graph('Redis: connections', ofRedis('CurrConnections', cloudwatch.Stats.MAXIMUM)),
    ...graph('DocumentDB: CPU, %', ofDatabase('CPUUtilization', 'CPU')),
    ...graph('DocumentDB: capacity, DCU', ofDatabase('ServerlessDatabaseCapacity', 'DCU')),
    ...graph('DocumentDB: connections', ofDatabase('DatabaseConnections', 'connections')),
  );
}

function errors({ logGroups }: DashboardProps): cloudwatch.IWidget {
  return new cloudwatch.LogQueryWidget({
    title: 'Warnings and errors of relay, workers and LibreChat',
    logGroupNames: logGroups.map(({ logGroupName }) => logGroupName),
    queryLines: ['filter level in ["error", "warn"]', 'fields @timestamp, level, source, event, message, reason', 'sort @timestamp desc', 'limit 100'],
    width: 24,
    height: 8,
  });
}

function title(text: string): cloudwatch.IWidget[] {
  return [new cloudwatch.TextWidget({ markdown: `# ${text}`, width: 24, height: 1, background: cloudwatch.TextWidgetBackground.TRANSPARENT })];
}

/** Makes a widget of a width. */
type Sized = (width: number) => cloudwatch.IWidget;

/** A graph of these metrics; nothing without any. */
function graph(name: string, left: cloudwatch.IMetric[]): Sized[] {
  if (!left.length) return [];
  return [(width) => new cloudwatch.GraphWidget({ title: name, left, width, height: HEIGHT, leftYAxis: { min: 0, showUnits: false } })];
}

/** Widgets of the same width beside each other, on a grid of 24 columns. */
function row(...widgets: Sized[]): cloudwatch.IWidget[] {
  return widgets.map((widget) => widget(Math.floor(24 / widgets.length)));
}

function percentiles(metric: cloudwatch.Metric): cloudwatch.Metric[] {
  return [50, 95].map((percent) => metric.with({ statistic: cloudwatch.Stats.percentile(percent), label: `p${percent}` }));
}
