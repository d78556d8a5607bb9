import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import type { Construct } from 'constructs';

/**
 * The repository that the image is built into. Images can be built again, so that they go with the stack unless all is kept.
 *
 * Only what has lost its tag is expired: any other image may be the one that a function runs, or is rolled back to.
 */
export function createRepository(scope: Construct, removalPolicy = RemovalPolicy.DESTROY): ecr.Repository {
  return new ecr.Repository(scope, 'Repository', {
    imageScanOnPush: true,
    imageTagMutability: ecr.TagMutability.IMMUTABLE,
    lifecycleRules: [{ description: 'Images without a tag', tagStatus: ecr.TagStatus.UNTAGGED, maxImageAge: Duration.days(14) }],
    removalPolicy,
    emptyOnDelete: removalPolicy === RemovalPolicy.DESTROY,
  });
}
