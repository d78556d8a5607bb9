import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IConstruct } from 'constructs';

/**
 * Allows the alarms of the account to publish to a topic. The default policy of a topic does, but any statement of the user, such as that of
 * `enforceSSL`, replaces it, and then alarms fire without notifying anybody. The policy of an imported topic cannot be changed.
 *
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
 */
export function allowAlarms(scope: IConstruct, topic: ITopic): void {
  const { account } = Stack.of(scope);
  topic.addToResourcePolicy(new PolicyStatement({
    // The same text in all deployments that share the topic, so that its policy has it once.
    sid: 'CloudWatchAlarms',
    principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
    actions: ['sns:Publish'],
    resources: [topic.topicArn],
    conditions: { StringEquals: { 'aws:SourceAccount': account } },
  }));
}
