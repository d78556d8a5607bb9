import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { stackIn } from '../../../fixtures/variants';
import { LibreChatServerless } from '../../../src';
import { resources, resourceOf, templateOf, text } from '../reading';

const operated = templateOf('operated');
const TAG = { Key: 'librechat-deployment', Value: 'Stack-Chat-B7C274CF' };

test('there is none by default, and no tag', () => {
  expect(resources(templateOf('minimal'), 'AWS::Budgets::Budget')).toEqual([]);
  expect(JSON.stringify(templateOf('minimal').toJSON())).not.toContain(TAG.Key);
});

test('the budget is for the resources with the tag', () => {
  expect(resourceOf(operated, 'AWS::Budgets::Budget').Properties.Budget).toEqual({
    BudgetType: 'COST',
    TimeUnit: 'MONTHLY',
    BudgetLimit: { Amount: 200, Unit: 'USD' },
    CostFilters: { TagKeyValue: ['user:librechat-deployment$Stack-Chat-B7C274CF'] },
  });
  for (const type of ['AWS::DocDB::DBCluster', 'AWS::ElastiCache::ReplicationGroup', 'AWS::EC2::NatGateway', 'AWS::CloudFront::Distribution']) {
    expect(resourceOf(operated, type).Properties.Tags).toContainEqual(TAG);
  }
});

test('the topic is notified before and when it is spent, and by the forecast', () => {
  const { NotificationsWithSubscribers: notifications } = resourceOf(operated, 'AWS::Budgets::Budget').Properties;
  expect(notifications.map(({ Notification, Subscribers: [{ SubscriptionType, Address }] }: any) =>
    [Notification.NotificationType, Notification.Threshold, SubscriptionType, text(Address)])).toEqual([
    ['ACTUAL', 80, 'SNS', '<Alarms>'], ['ACTUAL', 100, 'SNS', '<Alarms>'], ['FORECASTED', 100, 'SNS', '<Alarms>'],
  ]);
  const statements = resourceOf(operated, 'AWS::SNS::TopicPolicy').Properties.PolicyDocument.Statement;
  expect(statements.map(({ Principal }: any) => Principal.Service)).toContain('budgets.amazonaws.com');
});

test('warns if the policy of the topic cannot be changed', () => {
  const stack = stackIn();
  const alarmTopic = Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:us-east-1:123456789012:alarms');
  new LibreChatServerless(stack, 'Chat', { alarmTopic, monthlyBudget: 100 });
  Annotations.fromStack(stack).hasWarning('/Stack/Chat', Match.stringLikeRegexp('`alarmTopic` should allow budgets.amazonaws.com to publish, .* got: arn:aws:sns:.*budgetTopicPolicy'));
});

test('fails without a topic', () => {
  expect(() => new LibreChatServerless(stackIn(), 'Chat', { monthlyBudget: 100 })).toThrow('`monthlyBudget` requires `alarmTopic`');
});

test.each([0, -1, Infinity])('fails with a budget of %d', (monthlyBudget) => {
  expect(() => new LibreChatServerless(stackIn(), 'Chat', { monthlyBudget })).toThrow(`\`monthlyBudget\` must be a number of US dollars above 0, got: ${monthlyBudget}`);
});
