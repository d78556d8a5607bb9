import { Names, Stack } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/** The same in every synthesis, and unique in an account and region. */
export function deploymentName(chat: Construct): string {
  return Names.uniqueResourceName(chat, { maxLength: 64, separator: '-' });
}

/**
 * A name for a resource of CloudFront, whose names are unique in an account and not per region. CDK's own contain either no name of the
 * stack or no region. 64 characters at most.
 */
export function globalName(scope: Construct, id: string): string {
  const longestRegion = 'ap-southeast-1'.length;
  const name = Names.uniqueResourceName(scope, { maxLength: 64 - longestRegion - id.length - 2, separator: '-' });
  return [name, id, Stack.of(scope).region].join('-');
}

/** The name of the SSM parameter with the public URL, known before the distribution is created. */
export function urlParameterName(chat: Construct): string {
  return `/librechat/${deploymentName(chat)}/url`;
}

/** Deployments in several accounts may share one Redis. */
export function redisKeyPrefix(chat: Construct): string {
  const { account, region } = Stack.of(chat);
  return `${deploymentName(chat)}-${account}-${region}`;
}

/** The URI of an API Gateway integration that streams the response of a function. */
export function streamingInvokeArn(target: IFunction): string {
  return Stack.of(target).formatArn({
    service: 'apigateway',
    account: 'lambda',
    resource: `path/2021-11-15/functions/${target.functionArn}/response-streaming-invocations`,
  });
}
