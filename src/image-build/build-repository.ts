import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import type { Construct } from 'constructs';

/**
 * The repository for the image. It is deleted with the stack by default, because images can be built again.
 *
 * Only untagged images expire. A function may use any other image, or be rolled back to it.
 */
export function createRepository(scope: Construct, removalPolicy = RemovalPolicy.DESTROY): ecr.Repository {
  return new ecr.Repository(scope, 'Repository', {
    imageScanOnPush: true,
    imageTagMutability: ecr.TagMutability.IMMUTABLE,
    lifecycleRules: [{ description: 'Untagged images', tagStatus: ecr.TagStatus.UNTAGGED, maxImageAge: Duration.days(14) }],
    removalPolicy,
    emptyOnDelete: removalPolicy === RemovalPolicy.DESTROY,
  });
}
