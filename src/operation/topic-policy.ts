import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IConstruct } from 'constructs';

/**
 * Allows the alarms of the account to publish to a topic. The default policy of a topic does, but any statement of the user, such as that of
 * `enforceSSL`, replaces it, and then alarms fire without a notification.
 *
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
 */
export function allowAlarms(scope: IConstruct, topic: ITopic): boolean {
  return allow(scope, topic, 'CloudWatchAlarms', 'cloudwatch.amazonaws.com');
}

/**
 * Allows the budgets of the account to publish to a topic. The default policy does not.
 *
 * @see https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
 */
export function allowBudgets(scope: IConstruct, topic: ITopic): boolean {
  return allow(scope, topic, 'Budgets', 'budgets.amazonaws.com');
}

/** False if the policy cannot be changed, because the topic is imported. */
function allow(scope: IConstruct, topic: ITopic, sid: string, service: string): boolean {
  const { statementAdded } = topic.addToResourcePolicy(new PolicyStatement({
    // The same text in all deployments that share the topic, so that its policy has it once.
    sid,
    principals: [new ServicePrincipal(service)],
    actions: ['sns:Publish'],
    resources: [topic.topicArn],
    conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
  }));
  return statementAdded;
}
