import type { ModelAccount } from './model-account';
import type { ModelResource } from './model-resource';

/** Types of resources that prevent the deletion of the resource they reference. */
const USERS: Readonly<Record<string, readonly string[]>> = {
  // "Active stages pointing to this deployment must be moved or deleted"
  'AWS::ApiGateway::Deployment': ['AWS::ApiGateway::Stage'],
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
  'AWS::ApiGateway::RestApi': ['AWS::ApiGateway::UsagePlan'],
  'AWS::ApiGateway::Stage': ['AWS::ApiGateway::UsagePlan'],
  'AWS::CertificateManager::Certificate': ['AWS::CloudFront::Distribution'],
  // FunctionInUse, OriginAccessControlInUse, … CloudFormation disables a distribution itself before it deletes it.
  'AWS::CloudFront::CachePolicy': ['AWS::CloudFront::Distribution'],
  'AWS::CloudFront::Function': ['AWS::CloudFront::Distribution'],
  'AWS::CloudFront::OriginAccessControl': ['AWS::CloudFront::Distribution'],
  'AWS::CloudFront::OriginRequestPolicy': ['AWS::CloudFront::Distribution'],
  'AWS::CloudFront::ResponseHeadersPolicy': ['AWS::CloudFront::Distribution'],
  // "Cluster cannot be deleted, it still contains DB instances in non-deleting state."
  'AWS::DocDB::DBCluster': ['AWS::DocDB::DBInstance'],
  'AWS::DocDB::DBClusterParameterGroup': ['AWS::DocDB::DBCluster'],
  'AWS::DocDB::DBSubnetGroup': ['AWS::DocDB::DBCluster'],
  'AWS::EC2::EIP': ['AWS::EC2::NatGateway'],
  'AWS::EC2::InternetGateway': ['AWS::EC2::VPCGatewayAttachment'],
  'AWS::EC2::RouteTable': ['AWS::EC2::SubnetRouteTableAssociation'],
  'AWS::EC2::SecurityGroup': ['AWS::DocDB::DBCluster'],
  'AWS::EC2::VPC': [
    'AWS::EC2::RouteTable', 'AWS::EC2::SecurityGroup', 'AWS::EC2::Subnet', 'AWS::EC2::VPCEndpoint', 'AWS::EC2::VPCGatewayAttachment',
    'AWS::ServiceDiscovery::PrivateDnsNamespace',
  ],
  'AWS::ElastiCache::ParameterGroup': ['AWS::ElastiCache::ReplicationGroup'],
  'AWS::ElastiCache::SubnetGroup': ['AWS::ElastiCache::ReplicationGroup'],
  // "Cannot delete entity, must delete policies first."
  'AWS::IAM::Role': ['AWS::IAM::Policy'],
  // https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html: a version that an alias refers to cannot be deleted.
  'AWS::Lambda::Version': ['AWS::Lambda::Alias'],
  'AWS::ServiceDiscovery::PrivateDnsNamespace': ['AWS::ServiceDiscovery::Service'],
};

type Condition = (resource: ModelResource, account: ModelAccount) => string | undefined;

const CONDITIONS: Readonly<Record<string, Condition>> = {
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-bucket.html
  'AWS::S3::Bucket': ({ id }, { filled }) => filled.has(id) ? 'BucketNotEmpty: The bucket you tried to delete is not empty' : undefined,
  'AWS::ECR::Repository': ({ id, properties }, { filled }) =>
    filled.has(id) && properties.EmptyOnDelete !== true ? 'RepositoryNotEmptyException: it still contains images' : undefined,
  // https://docs.aws.amazon.com/documentdb/latest/developerguide/db-cluster-delete.html#db-cluster-deletion-protection
  'AWS::DocDB::DBCluster': ({ properties }) => properties.DeletionProtection === true ? 'Cannot delete protected Cluster' : undefined,
  // A rule of another group that references this one. The group's own rules are deleted with it.
  'AWS::EC2::SecurityGroup': ({ id }, account) => {
    const rule = account.all().find(({ type, references, properties }) => /^AWS::EC2::SecurityGroup(In|E)gress$/.test(type)
      && references.has(id) && !String(properties.GroupId).startsWith(`${id}.`));
    return rule && `DependencyViolation: ${rule.id} refers to it`;
  },
  // "Network … has some mapped public address(es). Please unmap those public address(es) before detaching the gateway."
  'AWS::EC2::VPCGatewayAttachment': ({ properties: { VpcId } }, account) => {
    const nat = account.all().find(({ type, properties }) => type === 'AWS::EC2::NatGateway'
      && account.resources.get(String(properties.SubnetId))?.properties.VpcId === VpcId);
    return nat && `DependencyViolation: ${nat.id} has a public address`;
  },
};

export function refusalOfDeletion(resource: ModelResource, account: ModelAccount): string | undefined {
  const types = USERS[resource.type] ?? [];
  const user = types.length ? account.all().find(({ type, references }) => types.includes(type) && references.has(resource.id)) : undefined;
  if (user) return `${resource.type.startsWith('AWS::EC2::') ? 'DependencyViolation: ' : ''}in use by ${user.id}`;
  return CONDITIONS[resource.type]?.(resource, account);
}
