import { CANARY } from '../../src/contract/canary';
import { refersTo, resourcesOf } from '../template';
import { libreChatsOf } from './functions';
import { count, type Pricer, priceOf, standing } from './line';
import { HOURS, PRICES } from './prices';
import { ASSUMED_WITH_RELAY } from './usage';
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
  const names = resourcesOf(template, 'AWS::Logs::MetricFilter').map(({ properties }) => String(properties.MetricTransformations[0].MetricName));
  const used = names.filter((name) => !FAULTS.includes(name)).length;
  const use = beyond(freeTier && FREE.metrics, used) * metric * ASSUMED_WITH_RELAY.activeHours / HOURS;
  return used ? [{ what: 'CloudWatch metrics', quantity: count(used, 'metric'), idle: 0, use }] : [];
};

/** Metrics that have no values in normal operation. */
const FAULTS = ['SlowResponses', 'RequestsWithoutWorker', 'FailedStarts', 'BrokenResponses', 'StreamsWithoutRedis'];

function beyond(free: number | false, quantity: number): number {
  return Math.max(0, quantity - (free || 0));
}

/** Seconds of a run: of the canary, and of a worker that is started for it. The canary waits for the title of a chat. */
const CANARY_SECONDS = { page: 1, login: 15, chat: 25 };

/** Runs of a canary, whose cost does not depend on use. Tokens are not included. */
export const canaries: Pricer = (template) => resourcesOf(template, 'AWS::Lambda::Function').flatMap((canary) => {
  const variables = canary.properties.Environment?.Variables ?? {};
  const rule = resourcesOf(template, 'AWS::Events::Rule').find(({ properties }) => refersTo(properties.Targets, canary.id));
  if (!(CANARY.url in variables) || !rule) return [];
  const runs = HOURS * 60 / minutesIn(String(rule.properties.ScheduleExpression));
  const kind = CANARY.model in variables ? 'chat' : CANARY.account in variables ? 'login' : 'page';
  const workers = kind === 'page' ? [] : libreChatsOf(template);
  const dollars = [canary, ...workers].reduce((sum, { properties: { MemorySize, Architectures: [architecture = 'x86_64'] = [] } }) =>
    sum + CANARY_SECONDS[kind] * MemorySize / 1024 * priceOf(PRICES.lambda.gbSecond, architecture, 'the architecture') + PRICES.lambda.request, 0);
  return [standing('Canary', `${count(runs, 'run')} with ${kind}`, runs * dollars)];
});

function minutesIn(rate: string): number {
  const [, value, unit] = /^rate\((\d+) (minute|hour)s?\)$/.exec(rate) ?? [];
  if (!value) throw new CommandError(`the schedule of the canary must be a rate of minutes or hours, got: ${rate}`);
  return Number(value) * (unit === 'hour' ? 60 : 1);
}
