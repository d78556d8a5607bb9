import { type AlarmDefinition, type AlarmState, stateOf } from './alarm';

/** Identity of a metric. */
export interface MetricId {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** A value of a metric, with its time in milliseconds since the epoch. */
export interface Datum {
  readonly at: number;
  readonly value: number;
}

/** CloudWatch: metric values, and alarms by logical id. */
export class CloudWatchService {
  public readonly alarms = new Map<string, AlarmDefinition>();
  private readonly data = new Map<string, Datum[]>();

  public put(metric: MetricId, value: number, at = Date.now()): void {
    const key = keyOf(metric);
    const values = this.data.get(key) ?? [];
    values.push({ at, value });
    this.data.set(key, values);
  }

  /** The values of a metric from one time (inclusive) to another (exclusive). */
  public values(metric: MetricId, from: number, to: number): number[] {
    return (this.data.get(keyOf(metric)) ?? []).filter(({ at }) => at >= from && at < to).map(({ value }) => value);
  }

  /** The states of all alarms at a time, by logical id. */
  public states(at: number): Map<string, AlarmState> {
    const read = (metric: MetricId, from: number, to: number) => this.values(metric, from, to);
    return new Map([...this.alarms].map(([logicalId, alarm]) => [logicalId, stateOf(alarm, at, read)]));
  }
}

function keyOf({ namespace, metricName, dimensions }: MetricId): string {
  return JSON.stringify([namespace, metricName, Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))]);
}
