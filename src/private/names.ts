import { Names, Stack } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/** The same for ever, and another for each deployment in an account and region. */
export function deploymentName(chat: Construct): string {
  return Names.uniqueResourceName(chat, { maxLength: 64, separator: '-' });
}

/** Deployments of several accounts may share one Redis. */
export function keyPrefix(chat: Construct): string {
  const { account, region } = Stack.of(chat);
  return `${deploymentName(chat)}-${account}-${region}`;
}

/** The URI by which API Gateway invokes a function and streams its response. */
export function streamingArn(target: IFunction): string {
  return Stack.of(target).formatArn({
    service: 'apigateway',
    account: 'lambda',
    resource: `path/2021-11-15/functions/${target.functionArn}/response-streaming-invocations`,
  });
}
