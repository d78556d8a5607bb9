import { physicalName, reject, type ResourceHandlers } from '../../cloudformation/resource';
import { statementsOf } from '../iam/policy-document';

export const S3_RESOURCES: ResourceHandlers = {
  'AWS::S3::Bucket': (resource, deployment) => {
    const { cloud, services } = deployment;
    const name = String(resource.properties.BucketName ?? physicalName(resource, deployment, 63).toLowerCase());
    if (services.s3.buckets.has(name)) reject(resource, `\`BucketName\` must be free, got: ${name}`);
    const bucket = services.s3.bucket(name);
    return {
      ref: name,
      attributes: {
        Arn: bucket.arn,
        DomainName: `${name}.s3.${cloud.urlSuffix}`,
        RegionalDomainName: `${name}.s3.${cloud.region}.${cloud.urlSuffix}`,
      },
    };
  },

  'AWS::S3::BucketPolicy': (resource, { services }) => {
    const { Bucket: name, PolicyDocument } = resource.properties;
    const bucket = services.s3.buckets.get(String(name)) ?? reject(resource, `\`Bucket\` must exist, got: ${String(name)}`);
    bucket.policy = statementsOf(resource, PolicyDocument);
    return { ref: resource.logicalId };
  },
};
