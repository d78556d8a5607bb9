import { Bucket } from './s3-store';
import { physicalName, refuse, type Player } from '../../cloudformation/resource';

/** S3's buckets and their policies, and SSM's parameters. */
export const storage: Readonly<Record<string, Player>> = {
  'AWS::S3::Bucket': (resource, deployment) => {
    const { cloud } = deployment;
    const name = String(resource.properties.BucketName ?? physicalName(resource, deployment).toLowerCase().slice(0, 63));
    if (cloud.buckets.has(name)) refuse(resource, `\`BucketName\` must be free, got: ${name}`);
    const bucket = new Bucket(name);
    cloud.buckets.set(name, bucket);
    return {
      ref: name,
      attributes: {
        Arn: bucket.arn,
        DomainName: `${name}.s3.${cloud.urlSuffix}`,
        RegionalDomainName: `${name}.s3.${cloud.region}.${cloud.urlSuffix}`,
      },
    };
  },

  'AWS::S3::BucketPolicy': (resource, { cloud }) => {
    const { Bucket: name, PolicyDocument } = resource.properties;
    const bucket = cloud.buckets.get(String(name)) ?? refuse(resource, `\`Bucket\` must exist, got: ${String(name)}`);
    bucket.policy = PolicyDocument.Statement;
    return { ref: resource.logicalId };
  },

  'AWS::SSM::Parameter': (resource, deployment) => {
    const name = String(resource.properties.Name ?? physicalName(resource, deployment));
    const value = String(resource.properties.Value);
    deployment.cloud.parameters.set(name, value);
    return { ref: name, attributes: { Value: value, Type: resource.properties.Type } };
  },
};
