import { headingsOf, pageAt, rowsOf } from './kit/pages';
import { quoted } from './kit/quoted';
import { resources, templateOf } from '../src/reading';

const alarms = resources(templateOf('operated'), 'AWS::CloudWatch::Alarm').map(([logicalId, { Properties }]) => ({
  ...Properties, id: /^ChatAlarms(\w+)[0-9A-F]{8}$/.exec(logicalId)![1],
}));
/** Its periods are those of the canary. */
const listed = alarms.filter(({ id }) => id !== 'CanaryFailed');
const rows = rowsOf(pageAt('docs/operations.md')).filter((row) => row.alarm !== undefined);
const headings = headingsOf(pageAt('docs/troubleshooting.md')).flatMap(quoted);

test('the table has all alarms, in their order', () => {
  expect(rows.map(({ alarm }) => quoted(alarm)[0])).toEqual(listed.map(({ id }) => id));
});

test.each(listed)('$id is as the table says', ({ id, Threshold, EvaluationPeriods, DatapointsToAlarm, Period, Metrics }) => {
  const row = rows.find(({ alarm }) => quoted(alarm)[0] === id)!;
  const periods = DatapointsToAlarm ? `${DatapointsToAlarm} of ${EvaluationPeriods}` : String(EvaluationPeriods);
  expect([row['fires at'], row['in periods of 5 minutes']]).toEqual([String(Threshold), periods]);
  expect(Period ?? Metrics.find(({ MetricStat }: any) => MetricStat).MetricStat.Period).toBe(300);
});

test.each(alarms)('$id has a heading in troubleshooting.md', ({ id }) => {
  expect(headings).toContain(id);
});
