import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/** The same for all log groups of a deployment. */
export interface LogOptions {
  readonly retention: logs.RetentionDays;
  readonly encryptionKey?: IKey;
}

export function createLogGroup(scope: Construct, id: string, options: LogOptions): logs.LogGroup {
  allowCloudWatchLogs(scope, options);
  return new logs.LogGroup(scope, id, { ...options, removalPolicy: RemovalPolicy.DESTROY });
}

/**
 * CDK adds no such statement. The policy of an imported key cannot be changed.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
function allowCloudWatchLogs(scope: Construct, { encryptionKey }: LogOptions): void {
  const stack = Stack.of(scope);
  encryptionKey?.addToResourcePolicy(new iam.PolicyStatement({
    principals: [new iam.ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
    actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
    resources: ['*'],
    conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': stack.formatArn({ service: 'logs', resource: '*' }) } },
  }), true);
}
