import type { BuildProjectProperties } from './build-project';
import { accepted, physicalName, type ResourceHandlers } from '../../cloudformation/resource';

export const CODEBUILD_RESOURCES: ResourceHandlers = {
  'AWS::CodeBuild::Project': (resource, deployment) => {
    const name = String(resource.properties.Name ?? physicalName(resource, deployment));
    const { arn } = accepted(resource, () => deployment.services.codeBuild.create(name, resource.properties as unknown as BuildProjectProperties));
    return { ref: name, attributes: { Arn: arn } };
  },
};
