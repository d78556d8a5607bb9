import { CANARY_METRICS } from '../../src/contract/canary';

/** Values of a run, by the names of its metrics. */
export type Values = Partial<Record<keyof typeof CANARY_METRICS, number>>;

/**
 * A log line from which CloudWatch reads the metrics of a run. It costs nothing to write, other than a call of PutMetricData.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function metricLine(namespace: string, values: Values, at: number): string {
  const named = Object.entries(values).map(([name, value]) => ({ Name: CANARY_METRICS[name as keyof Values], value }));
  const Metrics = named.map(({ Name }) => ({ Name, Unit: Name === CANARY_METRICS.success ? 'Count' : 'Milliseconds' }));
  return JSON.stringify({
    _aws: { Timestamp: at, CloudWatchMetrics: [{ Namespace: namespace, Dimensions: [[]], Metrics }] },
    ...Object.fromEntries(named.map(({ Name, value }) => [Name, value])),
  });
}
