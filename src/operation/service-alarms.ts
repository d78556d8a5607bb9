import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { type AlarmDefinition, PERIOD } from './alarm';
import type { LogMetrics } from './log-metrics';

export interface AlarmedServices {
  readonly relay: IFunction;
  /** The function whose invocations are workers. */
  readonly worker: IFunction;
  /** Functions that run during deployments, by the ids of their alarms. */
  readonly deployment: Record<string, IFunction>;
  /** Share of the API's responses with a status of 500 or more, from 0 to 1. */
  readonly apiErrorRate: IMetric;
  readonly logMetrics: LogMetrics;
}

const period = PERIOD;

/** Alarms for API, relay, workers and the functions of deployments. */
export function serviceAlarms({ relay, worker, deployment, apiErrorRate, logMetrics }: AlarmedServices): AlarmDefinition[] {
  return [
    {
      id: 'ApiServerErrors',
      metric: apiErrorRate,
      // The page repeats a request that fails once, and one failed request of a few is a high rate. So the rate must be high in two periods.
      threshold: 0.1,
      periods: 3,
      breaching: 2,
      description: 'one of ten API responses is an error. Look at the alarms of relay and workers, then at the access log.',
    },
    {
      id: 'SlowResponses',
      metric: logMetrics.slowResponses(),
      // A page load during a slow start has up to 28 late responses; the next period has none.
      threshold: 5,
      periods: 3,
      breaching: 2,
      description: 'responses begin after more than 20 s. Look at the starts of workers, and at CPU and memory of the database.',
    },
    {
      id: 'RelayErrors',
      metric: relay.metricErrors({ period }),
      // An error of the relay is usually an interrupted response. Lambda causes single ones when it replaces hosts.
      threshold: 5,
      description: 'invocations of the relay fail. Look at the lines with the level error in its log.',
    },
    {
      id: 'RelayThrottles',
      metric: relay.metricThrottles({ period }),
      // Each is a request that failed. A higher quota takes days.
      threshold: 1,
      description: 'Lambda has no concurrency left for requests. Request a higher quota of concurrent executions.',
    },
    {
      id: 'WorkerThrottles',
      metric: worker.metricThrottles({ period }),
      // Users wait or get status 503, although there are places for their requests.
      threshold: 1,
      description: 'Lambda has no concurrency left for workers. Request a higher quota of concurrent executions.',
    },
    {
      id: 'RequestsWithoutWorker',
      metric: logMetrics.requestsWithoutWorker(),
      // The page repeats chats and GETs, so users notice several at a time.
      threshold: 5,
      description: 'requests get status 503, since no worker takes them. Look at `reason` of the lines `request` in the log of the relay.',
    },
    {
      id: 'FailedStarts',
      metric: logMetrics.failedStarts(),
      // Lambda initializes an environment twice before it gives up, so three are at least two starts. A single one is repeated unnoticed.
      threshold: 3,
      description: 'LibreChat does not start. Look at the lines `start-failed` in the log of the workers.',
    },
    {
      id: 'BrokenResponses',
      metric: logMetrics.brokenResponses(),
      // The page resumes single ones. A worker that dies takes all of its responses with it.
      threshold: 3,
      description: 'responses were interrupted. Look at the lines `librechat-replaced` and `response-failed` in the log of the workers.',
    },
    {
      id: 'StreamsWithoutRedis',
      metric: logMetrics.withoutRedis(),
      // The process does not stream until it ends, and does not try again.
      threshold: 1,
      description: 'LibreChat could not use Redis for streams, and replies do not arrive. Look at Redis, then replace the workers by a deployment.',
    },
    ...Object.entries(deployment).map(([id, handler]): AlarmDefinition => ({
      id,
      metric: handler.metricErrors({ period }),
      // It runs during deployments only, which fail or hang with it.
      threshold: 1,
      description: 'a function of the deployment failed. Look at its log.',
    })),
  ];
}
