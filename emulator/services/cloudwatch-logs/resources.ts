import { physicalName, type ResourceHandlers } from '../../cloudformation/resource';

export const LOGS_RESOURCES: ResourceHandlers = {
  'AWS::Logs::LogGroup': (resource, deployment) => {
    const { cloud, services } = deployment;
    const name = String(resource.properties.LogGroupName ?? physicalName(resource, deployment));
    services.logs.create(name);
    return { ref: name, attributes: { Arn: cloud.arn('logs', `log-group:${name}:*`) } };
  },
};
