import { embeddedMetrics } from './embedded-metrics';
import type { MetricFilter } from './metric-filter';
import type { CloudWatchService } from '../cloudwatch/cloudwatch-service';

/** An event of a log stream; the timestamp is in milliseconds since the epoch. */
export interface LogStreamEvent {
  readonly timestamp: number;
  readonly message: string;
}

/** CloudWatch Logs: groups by name, each with its streams by name. */
export class LogsService {
  /** By logical id. */
  public readonly metricFilters = new Map<string, MetricFilter & { readonly group: string }>();
  private readonly groups = new Map<string, Map<string, LogStreamEvent[]>>();

  public constructor(private readonly cloudWatch: CloudWatchService) {}

  /** Applies the metric filters of a group to a line of a function, and publishes its embedded metrics. Does not store the line. */
  public ingest(group: string, line: string): void {
    for (const filter of this.metricFilters.values()) {
      const value = filter.group === group ? filter.valueOf(line) : undefined;
      if (value !== undefined) this.cloudWatch.put(filter.metric, value);
    }
    for (const { metric, value } of embeddedMetrics(line)) this.cloudWatch.put(metric, value);
  }

  /** The names of the groups. */
  public get names(): string[] {
    return [...this.groups.keys()];
  }

  /** Creates a log group, unless it exists. */
  public create(group: string): void {
    if (!this.groups.has(group)) this.groups.set(group, new Map());
  }

  /** The streams of a group; undefined if it does not exist. */
  public streams(group: string): Map<string, LogStreamEvent[]> | undefined {
    return this.groups.get(group);
  }
}
