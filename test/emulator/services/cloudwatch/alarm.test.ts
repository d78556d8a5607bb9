import { Cloud } from '../../../../emulator/core/cloud';
import { EventStream } from '../../../../emulator/core/events';
import { Services } from '../../../../emulator/services/services';
import { deploy } from '../../deploy';

const MINUTE_MS = 60_000;
const NOW = Date.UTC(2026, 10, 25);
const METRIC = { namespace: 'App', metricName: 'Errors', dimensions: {} };
const ALARM = {
  Namespace: 'App',
  MetricName: 'Errors',
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 5,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  TreatMissingData: 'notBreaching',
};

let services: Services;
beforeEach(() => { services = new Services(new Cloud(new EventStream())); });
afterEach(() => services.cloud.dispose());

const create = (properties: Record<string, unknown>) => deploy(services, { Resources: { Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: properties } } });
const state = () => services.cloudWatch.states(NOW).get('Alarm');
/** Puts values into the periods before now, the last one first. */
const put = (...periods: number[][]) => periods.forEach((values, i) => {
  for (const value of values) services.cloudWatch.put(METRIC, value, NOW - (i + 0.5) * MINUTE_MS);
});

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
describe('an alarm', () => {
  test.each<[string, object, number[][], string]>([
    ['without values', {}, [], 'OK'],
    ['without values that counts these', { TreatMissingData: 'breaching' }, [], 'ALARM'],
    ['without values that does not consider missing ones', { TreatMissingData: 'missing' }, [], 'INSUFFICIENT_DATA'],
    ['of two periods that does not consider missing values, with one', { EvaluationPeriods: 2, TreatMissingData: 'missing' }, [[], [5]], 'ALARM'],
    ['of two periods that does not consider missing values, with one below', { EvaluationPeriods: 2, TreatMissingData: 'missing' }, [[], [4]], 'OK'],
    ['below the threshold', {}, [[2, 2]], 'OK'],
    ['at the threshold', {}, [[2, 3]], 'ALARM'],
    ['at the threshold that it must exceed', { ComparisonOperator: 'GreaterThanThreshold' }, [[5]], 'OK'],
    ['with values of the period before', {}, [[], [9]], 'OK'],
    ['of the average', { Statistic: 'Average' }, [[4, 5]], 'OK'],
    ['of the maximum', { Statistic: 'Maximum' }, [[4, 5]], 'ALARM'],
    ['of the lowest value', { Statistic: 'Minimum', ComparisonOperator: 'LessThanThreshold' }, [[4, 9]], 'ALARM'],
    ['of two periods, with one', { EvaluationPeriods: 2 }, [[5], [4]], 'OK'],
    ['of two periods, with both', { EvaluationPeriods: 2 }, [[5], [6]], 'ALARM'],
    ['of two in three periods, with one', { EvaluationPeriods: 3, DatapointsToAlarm: 2 }, [[5], [0], [1]], 'OK'],
    ['of two in three periods, with two', { EvaluationPeriods: 3, DatapointsToAlarm: 2 }, [[0], [5], [5]], 'ALARM'],
  ])('%s', async (_, properties, values, expected) => {
    await create({ ...ALARM, ...properties });
    put(...values);
    expect(state()).toBe(expected);
  });

  test('of an expression has no value if one of its metrics has none', async () => {
    const metric = (MetricName: string) => ({
      Id: MetricName.toLowerCase(), MetricStat: { Metric: { Namespace: 'App', MetricName }, Stat: 'Sum', Period: 60 }, ReturnData: false,
    });
    const { ComparisonOperator, EvaluationPeriods, TreatMissingData } = ALARM;
    const Metrics = [{ Id: 'share', Expression: '100 * errors / count' }, metric('Errors'), metric('Count')];
    await create({ ComparisonOperator, EvaluationPeriods, TreatMissingData, Threshold: 50, Metrics });
    put([5]);
    expect(state()).toBe('OK');
    services.cloudWatch.put({ ...METRIC, metricName: 'Count' }, 10, NOW - 1);
    expect(state()).toBe('ALARM');
  });
});

test.each<[string, object, string]>([
  ['a metric that AWS does not have', { Namespace: 'AWS/Lambda', MetricName: 'Failures' }, 'the emulator does not know the metric AWS/Lambda Failures'],
  ['dimensions that a metric does not have', { Namespace: 'AWS/DocDB', MetricName: 'CPUUtilization' }, 'AWS/DocDB CPUUtilization must have the dimensions'],
  ['a percentile', { Statistic: undefined, ExtendedStatistic: 'p90' }, 'the statistic must be one of Sum'],
  ['a period that CloudWatch does not take', { Period: 90 }, '`Period` must be 10, 20, 30 or a multiple of 60, got: 90'],
  ['more than a day', { Period: 3600, EvaluationPeriods: 25 }, '`EvaluationPeriods` times `Period` must be at most 86400 s'],
  ['more datapoints than periods', { DatapointsToAlarm: 2 }, '`DatapointsToAlarm` must be from 1 to `EvaluationPeriods` (1), got: 2'],
  ['a rule for missing data that needs the state of before', { TreatMissingData: 'ignore' }, '`TreatMissingData` must be one of notBreaching, breaching, missing, got: ignore'],
  ['an action that is no topic', { AlarmActions: ['arn:aws:lambda:us-east-1:123456789012:function:f'] }, '`AlarmActions` must be ARNs of SNS topics'],
  ['a long description', { AlarmDescription: 'a'.repeat(1025) }, '`AlarmDescription` must have up to 1024 characters'],
])('fails with %s', async (_, properties, message) => {
  await expect(create(JSON.parse(JSON.stringify({ ...ALARM, ...properties })))).rejects.toThrow(message);
});
