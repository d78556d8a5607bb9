import { RemovalPolicy } from 'aws-cdk-lib';

/**
 * Retains a resource when it leaves the stack or is replaced, but not when the deployment that creates it fails. With `RemovalPolicy.RETAIN`,
 * each failed first deployment would leave its resources behind.
 */
export const RETAIN = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;

/**
 * For custom resources whose deletion does nothing. CloudFormation would invoke the function nevertheless, and could not delete or roll back the
 * stack where it does not respond: with an image that was deleted, or is for another architecture.
 */
export const NOTHING_TO_DELETE = RemovalPolicy.RETAIN;

/** The policy of a resource with data for a `removalPolicy` of the user. */
export function retained(removalPolicy: RemovalPolicy): RemovalPolicy {
  return removalPolicy === RemovalPolicy.RETAIN ? RETAIN : removalPolicy;
}
