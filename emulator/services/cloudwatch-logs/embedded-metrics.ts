import type { MetricId } from '../cloudwatch/cloudwatch-service';

/** A metric value in a log line. */
export interface EmbeddedMetric {
  readonly metric: MetricId;
  readonly value: number;
}

interface Directive {
  readonly Namespace: string;
  readonly Dimensions?: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string }[];
}

/**
 * The metrics in a line of the embedded metric format. As on CloudWatch, other lines and invalid ones have none.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function embeddedMetrics(line: string): EmbeddedMetric[] {
  if (!line.includes('"_aws"')) return [];
  let event: Record<string, unknown>;
  try {
    event = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return [];
  }
  const { Timestamp, CloudWatchMetrics } = (event._aws ?? {}) as { Timestamp?: unknown; CloudWatchMetrics?: readonly Directive[] };
  if (typeof Timestamp !== 'number' || !Array.isArray(CloudWatchMetrics)) return [];
  return (CloudWatchMetrics as readonly Directive[]).flatMap(({ Namespace, Dimensions = [[]], Metrics }) => Dimensions.flatMap((names) => {
    const dimensions = Object.fromEntries(names.map((name) => [name, event[name]]));
    if (!Object.values(dimensions).every((value) => typeof value === 'string')) return [];
    return Metrics.flatMap(({ Name }) => {
      const value = event[Name];
      const metric = { namespace: Namespace, metricName: Name, dimensions: dimensions as Record<string, string> };
      return typeof value === 'number' ? [{ metric, value }] : [];
    });
  }));
}
