import { type Metric, Stats, Unit } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, type IFilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

export interface LogMetricsProps {
  /** Namespace of the metrics, unique in the account and region: several deployments log the same lines. */
  readonly namespace: string;
  /** Log group of the relay. */
  readonly relay: ILogGroup;
  /** Log group of the workers, with LibreChat's own lines. */
  readonly worker: ILogGroup;
}

/** Responses that begin later are slow. A cold start takes about 10 s. */
const SLOW_MS = 20_000;

/**
 * Metrics that no service provides, extracted from the structured logs by metric filters.
 *
 * A filter is created when its metric is used, so that a deployment without alarms and dashboard pays for no metrics: the embedded metric format
 * would be in every log line of every deployment.
 */
export class LogMetrics extends Construct {
  constructor(scope: Construct, id: string, private readonly props: LogMetricsProps) {
    super(scope, id);
  }

  /** Requests that got status 503, because no worker could be started or had a free place, or because Redis was not reachable. */
  public requestsWithoutWorker(): Metric {
    return this.count('RequestsWithoutWorker', this.props.relay, request(FilterPattern.stringValue('$.result', '=', 'unavailable')));
  }

  /** Requests that a worker has taken, and whose response is missing or incomplete. */
  public brokenResponses(): Metric {
    const results = ['broken', 'failed'].map((result) => FilterPattern.stringValue('$.result', '=', result));
    return this.count('BrokenResponses', this.props.relay, request(FilterPattern.any(...results)));
  }

  /** Responses whose first byte was late. Their further duration does not count, so that streams are not slow. */
  public slowResponses(): Metric {
    return this.count('SlowResponses', this.props.relay, request(FilterPattern.numberValue('$.firstByteMs', '>', SLOW_MS)));
  }

  /** Time from a request to the first byte of its response. */
  public firstByte(): Metric {
    return this.value('FirstByte', this.props.relay, request(FilterPattern.numberValue('$.firstByteMs', '>=', 0)), '$.firstByteMs', Unit.MILLISECONDS);
  }

  /** Execution environments in which LibreChat did not start. */
  public failedStarts(): Metric {
    return this.count('FailedStarts', this.props.worker, worker('start-failed'));
  }

  /** Duration of LibreChat's starts. The sample count is the number of cold starts. */
  public starts(): Metric {
    return this.value('Starts', this.props.worker, worker('started'), '$.ms.total', Unit.MILLISECONDS);
  }

  /** Number of requests that a worker has served when it ends. */
  public requestsOfWorkers(): Metric {
    return this.value('RequestsOfWorkers', this.props.worker, worker('worker-ended'), '$.requests', Unit.COUNT);
  }

  /** Chats that users have started. */
  public chats(): Metric {
    return this.count('Chats', this.props.worker, worker('chat-started'));
  }

  /** Time from a chat's message to the first token of the reply. */
  public firstToken(): Metric {
    return this.value('FirstToken', this.props.worker, worker('first-token'), '$.ms', Unit.MILLISECONDS);
  }

  /** Lines in which LibreChat reports that it continues without Redis. */
  public withoutRedis(): Metric {
    return this.count('StreamsWithoutRedis', this.props.worker, FilterPattern.literal('"falling back to in-memory"'));
  }

  private count(name: string, logGroup: ILogGroup, filterPattern: IFilterPattern): Metric {
    return this.filter(name, logGroup, filterPattern, '1', Unit.COUNT).metric({ statistic: Stats.SUM });
  }

  private value(name: string, logGroup: ILogGroup, filterPattern: IFilterPattern, metricValue: string, unit: Unit): Metric {
    return this.filter(name, logGroup, filterPattern, metricValue, unit).metric({ statistic: Stats.AVERAGE });
  }

  private filter(metricName: string, logGroup: ILogGroup, filterPattern: IFilterPattern, metricValue: string, unit: Unit): MetricFilter {
    const existing = this.node.tryFindChild(metricName) as MetricFilter | undefined;
    return existing ?? new MetricFilter(this, metricName, {
      logGroup, filterPattern, metricNamespace: this.props.namespace, metricName, metricValue, unit,
    });
  }
}

type Pattern = Parameters<typeof FilterPattern.all>[number];

/** The relay's line about a request. */
function request(pattern: Pattern): Pattern {
  return FilterPattern.all(FilterPattern.stringValue('$.event', '=', 'request'), pattern);
}

/** A line of the worker, whose log group has LibreChat's lines as well. */
function worker(event: string): Pattern {
  return FilterPattern.all(FilterPattern.stringValue('$.source', '=', 'adapter'), FilterPattern.stringValue('$.event', '=', event));
}
