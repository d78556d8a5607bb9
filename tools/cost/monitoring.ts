import { CANARY } from '../../src/contract/canary';
import { refersTo, resourcesOf, type Template } from '../template';
import { libreChatsOf, relaysOf } from './functions';
import { count, type Pricer, priceOf, standing } from './line';
import { HOURS, PRICES } from './prices';
import { ASSUMED, ASSUMED_WITH_RELAY } from './usage';
import { CommandError } from '../../cli/command';

const { alarmMetric, metric, dashboard, free: FREE } = PRICES.cloudWatch;

/** An alarm is billed per metric, whether the metric has values or not. */
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

/** A metric is billed for hours with values: metrics of faults for none, the others for hours of use. */
export const metrics: Pricer = (template, { freeTier }) => {
  const used = usedFilters(template).length;
  const use = beyond(freeTier && FREE.metrics, used) * metric * ASSUMED_WITH_RELAY.activeHours / HOURS;
  return used ? [{ what: 'CloudWatch metrics', quantity: count(used, 'metric'), idle: 0, use }] : [];
};

/** Metrics that have no values in normal operation. */
const FAULTS = ['SlowResponses', 'RequestsWithoutWorker', 'FailedStarts', 'BrokenResponses', 'StreamsWithoutRedis'];

/** Names of the metrics that have values in normal operation. */
function usedFilters(template: Template): string[] {
  const names = resourcesOf(template, 'AWS::Logs::MetricFilter').map(({ properties }) => String(properties.MetricTransformations[0].MetricName));
  return names.filter((name) => !FAULTS.includes(name));
}

function beyond(free: number | false, quantity: number): number {
  return Math.max(0, quantity - (free || 0));
}

type CanaryKind = 'page' | 'login' | 'chat';

/** Seconds of a run: of the canary, and of relay and worker that serve it. The canary waits for the title of a chat. */
const CANARY_SECONDS: Record<CanaryKind, number> = { page: 1, login: 15, chat: 25 };

/** API calls of a run: login and logout; message, stream, title and deletion. */
const CANARY_CALLS: Record<CanaryKind, number> = { page: 0, login: 2, chat: 6 };

/** Files of the page that a run loads, without a cache. */
const CANARY_FILES = 2;

const CANARY_METRIC_COUNT: Record<CanaryKind, number> = { page: 2, login: 3, chat: 5 };

/** Runs of a canary and their metrics, whose cost does not depend on use. Its secret and its alarm are in the lines of these. */
export const canaries: Pricer = (template, { freeTier }) => resourcesOf(template, 'AWS::Lambda::Function').flatMap((canary) => {
  const variables = canary.properties.Environment?.Variables ?? {};
  const rule = resourcesOf(template, 'AWS::Events::Rule').find(({ properties }) => refersTo(properties.Targets, canary.id));
  if (!(CANARY.url in variables) || !rule) return [];
  const runs = HOURS * 60 / minutesIn(String(rule.properties.ScheduleExpression));
  const kind = CANARY.model in variables ? 'chat' : CANARY.account in variables ? 'login' : 'page';
  const serving = kind === 'page' ? [] : [...relaysOf(template), ...libreChatsOf(template)];
  const compute = [canary, ...serving].reduce((sum, { properties: { MemorySize, Architectures: [architecture = 'x86_64'] = [] } }) =>
    sum + CANARY_SECONDS[kind] * MemorySize / 1024 * priceOf(PRICES.lambda.gbSecond, architecture, 'the architecture') + PRICES.lambda.request, 0);
  const { request, gb } = PRICES.cloudFront;
  const requests = CANARY_CALLS[kind] * (PRICES.apiGateway.request + request) + CANARY_FILES * request + ASSUMED.mbPerVisit / 1000 * gb;
  const secret = kind === 'page' ? 0 : PRICES.secret.call;
  const names = CANARY_METRIC_COUNT[kind];
  // A metric is billed for each hour with a value.
  const metricMonths = beyond(freeTier && FREE.metrics - usedFilters(template).length, names) * Math.min(1, runs / HOURS);
  return [standing('Canary', `${count(runs, 'run')} with ${kind}, ${count(names, 'metric')}`, runs * (compute + requests + secret) + metricMonths * metric)];
});

function minutesIn(rate: string): number {
  const [, value, unit] = /^rate\((\d+) (minute|hour)s?\)$/.exec(rate) ?? [];
  if (!value) throw new CommandError(`the schedule of the canary must be a rate of minutes or hours, got: ${rate}`);
  return Number(value) * (unit === 'hour' ? 60 : 1);
}
