import type { Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EUROPE, secretNamed, stackIn } from '../../../fixtures/variants';
import { LibreChatDatabase, LibreChatRedis, LibreChatServerless, type LibreChatServerlessProps } from '../../../src';
import { resources, resourceOf, templateOf, templateWith, text, type Resource } from '../reading';

const OF_SERVICES = [
  'ApiServerErrors', 'SlowResponses', 'RelayErrors', 'RelayThrottles', 'WorkerThrottles', 'RequestsWithoutWorker', 'FailedStarts', 'BrokenResponses',
  'StreamsWithoutRedis', 'PublisherErrors', 'MaintenanceErrors',
];
const OF_REDIS = ['RedisMemory', 'RedisEvictions', 'RedisConnections'];
const OF_DATABASE = ['DatabaseCpu', 'DatabaseConnections', 'DatabaseMemory'];

const operated = templateOf('operated');
const alarmed = templateOfProps(() => ({}));

/** The alarms of a template by their ids. */
function alarmsOf(template: typeof operated): Map<string, Resource> {
  return new Map(resources(template, 'AWS::CloudWatch::Alarm').map(([logicalId, alarm]) => [/^ChatAlarms(\w+)[0-9A-F]{8}$/.exec(logicalId)![1], alarm]));
}

function templateOfProps(props: (stack: Stack) => LibreChatServerlessProps, stack = stackIn()) {
  return templateWith((scope) => new LibreChatServerless(scope, 'Chat', { alarmTopic: new Topic(scope, 'Topic'), ...props(scope) }), stack);
}

test('without a topic there are no alarms and no metrics', () => {
  const minimal = templateOf('minimal');
  expect([...resources(minimal, 'AWS::CloudWatch::Alarm'), ...resources(minimal, 'AWS::Logs::MetricFilter')]).toEqual([]);
});

test('there is an alarm for each part of the deployment', () => {
  expect([...alarmsOf(operated).keys()]).toEqual([...OF_SERVICES, ...OF_REDIS, ...OF_DATABASE, 'CanaryFailed']);
});

test.each<[string, (stack: Stack) => LibreChatServerlessProps, string[]]>([
  ['database', (stack) => ({ database: LibreChatDatabase.fromUri(secretNamed(stack, 'mongo')) }), [...OF_SERVICES, ...OF_REDIS]],
  ['Redis', (stack) => ({ redis: LibreChatRedis.fromUri(secretNamed(stack, 'redis')) }), [...OF_SERVICES, ...OF_DATABASE]],
])('an existing %s gets none', (_, props, expected) => {
  expect([...alarmsOf(templateOfProps(props)).keys()]).toEqual(expected);
});

describe.each([...alarmsOf(operated)])('%s', (id, { Properties }) => {
  test('notifies the topic when it fires, and when it is over', () => {
    expect([Properties.AlarmActions, Properties.OKActions].map((actions) => actions.map(text))).toEqual([['<Alarms>'], ['<Alarms>']]);
  });

  test('is silent while the deployment is idle, unless it is that of the canary', () => {
    expect(Properties.TreatMissingData).toBe(id === 'CanaryFailed' ? 'missing' : 'notBreaching');
  });

  test('contains the remedy, and a link to the documentation', () => {
    expect(Properties.AlarmDescription).toMatch(new RegExp(`^LibreChat: .{15,200}\\. [A-Z].+\\. https://github\\.com/\\S+/docs/troubleshooting\\.md#${id.toLowerCase()}$`));
    expect(Properties.AlarmDescription.length).toBeLessThanOrEqual(1024);
  });
});

test('metrics of the log are those of this deployment', () => {
  const filters = resources(alarmed, 'AWS::Logs::MetricFilter').map(([, { Properties }]) => Properties);
  const transformations = filters.map(({ LogGroupName, MetricTransformations }) => ({ group: text(LogGroupName), ...MetricTransformations[0] }));
  expect(transformations.map(({ group, MetricName, MetricValue }) => [group, MetricName, MetricValue])).toEqual([
    ['<ChatRelayLogs>', 'SlowResponses', '1'],
    ['<ChatRelayLogs>', 'RequestsWithoutWorker', '1'],
    ['<ChatBackendLogs>', 'FailedStarts', '1'],
    ['<ChatRelayLogs>', 'BrokenResponses', '1'],
    ['<ChatBackendLogs>', 'StreamsWithoutRedis', '1'],
  ]);
  expect(new Set(transformations.map(({ MetricNamespace }) => MetricNamespace))).toEqual(new Set(['LibreChat/Stack-Chat-B7C274CF']));
});

test('with replicas, the alarms of Redis look at every node', () => {
  const template = templateOfProps(() => ({ redis: LibreChatRedis.replicationGroup({ replicas: 1 }) }));
  const { Metrics } = alarmsOf(template).get('RedisEvictions')!.Properties;
  expect(Metrics.map(({ Expression, MetricStat }: any) => Expression ?? text(MetricStat.Metric.Dimensions[0].Value))).toEqual([
    'MAX(METRICS())', '<ChatRedisReplicationGroup>-001', '<ChatRedisReplicationGroup>-002',
  ]);
});

describe('the policy of the topic', () => {
  const publishers = (template: typeof operated) => resourceOf(template, 'AWS::SNS::TopicPolicy').Properties.PolicyDocument.Statement
    .filter(({ Effect }: any) => Effect === 'Allow').map(({ Principal, Action }: any) => [Principal.Service, Action]);

  test('allows alarms to publish, also if TLS is enforced', () => {
    expect(publishers(operated)).toContainEqual(['cloudwatch.amazonaws.com', 'sns:Publish']);
  });

  test('does so once for several deployments', () => {
    const template = templateWith((stack) => {
      const alarmTopic = new Topic(stack, 'Topic');
      for (const id of ['One', 'Two']) new LibreChatServerless(stack, id, { alarmTopic, cloudWatchRole: id === 'One' });
    });
    expect(publishers(template)).toHaveLength(1);
  });

  test('is not changed if the topic is imported', () => {
    const template = templateOfProps((stack) => ({ alarmTopic: Topic.fromTopicArn(stack, 'Imported', 'arn:aws:sns:us-east-1:123456789012:alarms') }));
    expect(resources(template, 'AWS::SNS::TopicPolicy')).toEqual([]);
  });
});

test('fails when the topic is in another region', () => {
  const stack = stackIn(EUROPE);
  const alarmTopic = Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:us-east-1:123456789012:alarms');
  expect(() => new LibreChatServerless(stack, 'Chat', { alarmTopic })).toThrow('`alarmTopic` must be in the region of the stack, as the alarms are, got: us-east-1');
});

test('fails when the topic is no topic', () => {
  const stack = stackIn();
  const alarmTopic: any = new Key(stack, 'Key');
  expect(() => new LibreChatServerless(stack, 'Chat', { alarmTopic })).toThrow('`alarmTopic` must be of type sns.ITopic, got: the construct Stack/Key');
});
