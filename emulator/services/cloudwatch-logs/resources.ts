import { metricFilterOf } from './metric-filter';
import { physicalName, reject, type ResourceDeleters, type ResourceHandlers } from '../../cloudformation/resource';

export const LOGS_RESOURCES: ResourceHandlers = {
  'AWS::Logs::LogGroup': (resource, deployment) => {
    const { cloud, services } = deployment;
    const name = String(resource.properties.LogGroupName ?? physicalName(resource, deployment));
    services.logs.create(name);
    return { ref: name, attributes: { Arn: cloud.arn('logs', `log-group:${name}:*`) } };
  },

  'AWS::Logs::MetricFilter': (resource, { services }) => {
    const group = String(resource.properties.LogGroupName);
    if (!services.logs.streams(group)) reject(resource, `\`LogGroupName\` must exist, got: ${group}`);
    services.logs.metricFilters.set(resource.logicalId, { group, ...metricFilterOf(resource) });
    return { ref: resource.logicalId };
  },
};

export const LOGS_DELETERS: ResourceDeleters = {
  'AWS::Logs::MetricFilter': ({ logicalId }, { services }) => void services.logs.metricFilters.delete(logicalId),
};
