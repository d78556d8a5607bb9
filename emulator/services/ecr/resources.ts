import { accepted, physicalName, type ResourceHandlers } from '../../cloudformation/resource';

export const ECR_RESOURCES: ResourceHandlers = {
  'AWS::ECR::Repository': (resource, deployment) => {
    const { RepositoryName, ImageTagMutability } = resource.properties;
    const name = String(RepositoryName ?? physicalName(resource, deployment).toLowerCase());
    const { arn, uri } = accepted(resource, () => deployment.services.ecr.create(name, { immutableTags: ImageTagMutability === 'IMMUTABLE' }));
    return { ref: name, attributes: { Arn: arn, RepositoryUri: uri } };
  },
};
