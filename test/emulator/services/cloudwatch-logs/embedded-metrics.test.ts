import { embeddedMetrics } from '../../../../emulator/services/cloudwatch-logs/embedded-metrics';

const DIRECTIVE = { Namespace: 'App', Dimensions: [['Name']], Metrics: [{ Name: 'Ms', Unit: 'Milliseconds' }, { Name: 'Missing' }] };
const line = (changes: object = {}) => JSON.stringify({ _aws: { Timestamp: 1, CloudWatchMetrics: [DIRECTIVE] }, Name: 'chat', Ms: 12, ...changes });

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
test('the metrics that a line names have the values of its fields', () => {
  expect(embeddedMetrics(line())).toEqual([{ metric: { namespace: 'App', metricName: 'Ms', dimensions: { Name: 'chat' } }, value: 12 }]);
});

test.each([
  ['a dimension is no text', line({ Name: 1 })],
  ['a value is no number', line({ Ms: '12' })],
  ['there is no time', line({ _aws: { CloudWatchMetrics: [DIRECTIVE] } })],
  ['the line is cut', line().slice(0, -1)],
  ['it is another line', '{"level":"info"}'],
])('there are none where %s', (_, text) => {
  expect(embeddedMetrics(text)).toEqual([]);
});
