import type { BuildProjectProperties } from './build-project';
import { physicalName, refuse, type Player, type Resource } from '../../cloudformation/resource';
import { AwsError } from '../../core/aws-error';

/** ECR's repositories, CodeBuild's projects, and the log groups that builds write to. */
export const imageBuild: Readonly<Record<string, Player>> = {
  'AWS::ECR::Repository': (resource, deployment) => {
    const { RepositoryName, ImageTagMutability } = resource.properties;
    const name = String(RepositoryName ?? physicalName(resource, deployment).toLowerCase());
    const { arn, uri } = taken(resource, () => deployment.cloud.repositories.create(name, { immutableTags: ImageTagMutability === 'IMMUTABLE' }));
    return { ref: name, attributes: { Arn: arn, RepositoryUri: uri } };
  },

  'AWS::CodeBuild::Project': (resource, deployment) => {
    const name = String(resource.properties.Name ?? physicalName(resource, deployment));
    const { arn } = taken(resource, () => deployment.cloud.buildProjects.create(name, resource.properties as unknown as BuildProjectProperties));
    return { ref: name, attributes: { Arn: arn } };
  },

  'AWS::Logs::LogGroup': (resource, deployment) => {
    const { cloud } = deployment;
    const name = String(resource.properties.LogGroupName ?? physicalName(resource, deployment));
    cloud.logGroups.create(name);
    return { ref: name, attributes: { Arn: cloud.arn('logs', `log-group:${name}:*`) } };
  },
};

/** What the service makes of it, or its refusal with the logical id. */
function taken<T>(resource: Resource, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof AwsError) refuse(resource, `${error.code}: ${error.message}`);
    throw error;
  }
}
