import { resourcesOf } from '../template';
import { count, type Pricer, standing } from './line';
import { HOURS, PRICES } from './prices';
import { ASSUMED_WITH_RELAY } from './usage';

const { alarmMetric, metric, dashboard, free: FREE } = PRICES.cloudWatch;

/** An alarm is charged for each metric that it reads, whether the metric has values or not. */
export const alarms: Pricer = (template, { freeTier }) => {
  const found = resourcesOf(template, 'AWS::CloudWatch::Alarm');
  const queries = found.flatMap(({ properties }) => (properties.Metrics ?? [properties]) as Array<Record<string, unknown>>);
  const read = queries.filter(({ MetricStat, MetricName }) => MetricStat ?? MetricName);
  return [standing('CloudWatch alarms', count(found.length, 'alarm'), beyond(freeTier && FREE.alarms, read.length) * alarmMetric)];
};

export const dashboards: Pricer = (template, { freeTier }) => {
  const found = resourcesOf(template, 'AWS::CloudWatch::Dashboard').length;
  return [standing('CloudWatch dashboard', count(found, 'dashboard'), beyond(freeTier && FREE.dashboards, found) * dashboard)];
};

/** A metric is charged in the hours in which it gets values: those of faults in none, the others while people chat. */
export const metrics: Pricer = (template, { freeTier }) => {
  const names = resourcesOf(template, 'AWS::Logs::MetricFilter').map(({ properties }) => String(properties.MetricTransformations[0].MetricName));
  const used = names.filter((name) => !FAULTS.includes(name)).length;
  const use = beyond(freeTier && FREE.metrics, used) * metric * ASSUMED_WITH_RELAY.activeHours / HOURS;
  return used ? [{ what: 'CloudWatch metrics', quantity: count(used, 'metric'), idle: 0, use }] : [];
};

/** Metrics without values while everything is in order. */
const FAULTS = ['SlowResponses', 'RequestsWithoutWorker', 'FailedStarts', 'BrokenResponses', 'StreamsWithoutRedis'];

function beyond(free: number | false, quantity: number): number {
  return Math.max(0, quantity - (free || 0));
}
