import { physicalName, type ResourceDeleters, type ResourceHandlers } from '../../cloudformation/resource';

export const SSM_RESOURCES: ResourceHandlers = {
  'AWS::SSM::Parameter': (resource, deployment) => {
    const name = String(resource.properties.Name ?? physicalName(resource, deployment));
    const value = String(resource.properties.Value);
    deployment.services.ssm.parameters.set(name, value);
    return { ref: name, attributes: { Value: value, Type: resource.properties.Type } };
  },
};

export const SSM_DELETERS: ResourceDeleters = {
  'AWS::SSM::Parameter': ({ ref }, { services }) => {
    services.ssm.parameters.delete(ref);
  },
};
