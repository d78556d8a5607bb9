import type { MetricId } from './cloudwatch-service';
import { evaluate, type Expression } from './metric-math';

export type Statistic = 'Sum' | 'Average' | 'Maximum' | 'Minimum' | 'SampleCount';

/** A metric as an alarm reads it. */
export interface MetricStat {
  readonly metric: MetricId;
  readonly statistic: Statistic;
  readonly periodSeconds: number;
}

/** One metric, or an expression of several by their ids. */
export type AlarmedValue = MetricStat | {
  readonly expression: Expression;
  readonly metrics: Readonly<Record<string, MetricStat>>;
  readonly periodSeconds: number;
};

export interface AlarmDefinition {
  readonly name: string;
  readonly value: AlarmedValue;
  readonly comparison: keyof typeof COMPARISONS;
  readonly threshold: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly missing: 'notBreaching' | 'breaching' | 'missing';
  readonly actions: readonly string[];
}

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** The values of a metric from one time (inclusive) to another (exclusive). */
export type ReadValues = (metric: MetricId, from: number, to: number) => readonly number[];

export const COMPARISONS = {
  GreaterThanThreshold: (value: number, threshold: number) => value > threshold,
  GreaterThanOrEqualToThreshold: (value: number, threshold: number) => value >= threshold,
  LessThanThreshold: (value: number, threshold: number) => value < threshold,
  LessThanOrEqualToThreshold: (value: number, threshold: number) => value <= threshold,
} as const;

export const STATISTICS: Readonly<Record<Statistic, (values: readonly number[]) => number>> = {
  Sum: sum,
  Average: (values) => sum(values) / values.length,
  Maximum: (values) => Math.max(...values),
  Minimum: (values) => Math.min(...values),
  SampleCount: (values) => values.length,
};

/**
 * The state of an alarm at a time, at which the last period ends. CloudWatch evaluates each minute.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 */
export function stateOf(alarm: AlarmDefinition, at: number, read: ReadValues): AlarmState {
  const { value, comparison, threshold, evaluationPeriods, datapointsToAlarm, missing } = alarm;
  const periodMs = value.periodSeconds * 1000;
  const ends = Array.from({ length: evaluationPeriods }, (_, i) => at - i * periodMs);
  const all = ends.map((end) => datapointOf(value, (metric) => read(metric, end - periodMs, end)));
  // Missing data that are not considered leave fewer datapoints, which decide alone.
  const considered = missing === 'missing' ? all.filter((datapoint) => datapoint !== undefined) : all;
  if (!considered.length) return 'INSUFFICIENT_DATA';
  const breaching = considered.filter((datapoint) => (datapoint === undefined ? missing === 'breaching' : COMPARISONS[comparison](datapoint, threshold)));
  return breaching.length >= Math.min(datapointsToAlarm, considered.length) ? 'ALARM' : 'OK';
}

/** Undefined if a metric has no value in the period. */
function datapointOf(value: AlarmedValue, read: (metric: MetricId) => readonly number[]): number | undefined {
  if ('metric' in value) return statisticOf(value, read);
  const values = Object.fromEntries(Object.entries(value.metrics).map(([id, metric]) => [id, statisticOf(metric, read)]));
  return evaluate(value.expression, values);
}

function statisticOf({ metric, statistic }: MetricStat, read: (metric: MetricId) => readonly number[]): number | undefined {
  const values = read(metric);
  return values.length ? STATISTICS[statistic](values) : undefined;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
