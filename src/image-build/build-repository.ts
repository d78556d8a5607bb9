import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import type { Construct } from 'constructs';
import { retained } from '../private/retention';

/**
 * The repository for the image. It is deleted with the stack by default, because images can be built again.
 *
 * `emptyOnDelete` counts whenever CloudFormation deletes the repository: also in the rollback of the deployment that creates it, which has
 * pushed an image by then.
 *
 * Only untagged images expire. A function may use any other image, or be rolled back to it.
 */
export function createRepository(scope: Construct, removalPolicy = RemovalPolicy.DESTROY): ecr.Repository {
  const repository = new ecr.Repository(scope, 'Repository', {
    imageScanOnPush: true,
    imageTagMutability: ecr.TagMutability.IMMUTABLE,
    lifecycleRules: [{ description: 'Untagged images', tagStatus: ecr.TagStatus.UNTAGGED, maxImageAge: Duration.days(14) }],
    removalPolicy: retained(removalPolicy),
  });
  // The prop is refused with any other policy than DESTROY.
  (repository.node.defaultChild as ecr.CfnRepository).emptyOnDelete = true;
  return repository;
}
