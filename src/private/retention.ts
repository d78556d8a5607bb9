import { RemovalPolicy } from 'aws-cdk-lib';

/**
 * Retains a resource when it leaves the stack or is replaced, but not when the deployment that creates it fails. With `RemovalPolicy.RETAIN`,
 * each failed first deployment would leave its resources behind.
 */
export const RETAIN = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;

/** The policy of a resource with data for a `removalPolicy` of the user. */
export function retained(removalPolicy: RemovalPolicy): RemovalPolicy {
  return removalPolicy === RemovalPolicy.RETAIN ? RETAIN : removalPolicy;
}
