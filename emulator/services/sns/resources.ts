import { physicalName, type ResourceHandlers } from '../../cloudformation/resource';

/** Topics without subscribers. */
export const SNS_RESOURCES: ResourceHandlers = {
  'AWS::SNS::Topic': (resource, deployment) => {
    const name = String(resource.properties.TopicName ?? physicalName(resource, deployment));
    const arn = deployment.cloud.arn('sns', name);
    return { ref: arn, attributes: { TopicArn: arn, TopicName: name } };
  },
};
