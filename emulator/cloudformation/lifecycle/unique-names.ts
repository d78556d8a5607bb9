import type { ResourceProperties } from '../resource';

type Name = string | undefined;

/** Unique values by type: a name within the account, or a key within the parent resource. Undefined if CloudFormation generates the name. */
const NAMES: Readonly<Record<string, (properties: ResourceProperties) => Name | Name[]>> = {
  'AWS::ApiGateway::ApiKey': ({ Value }) => Value,
  'AWS::ApiGateway::GatewayResponse': ({ RestApiId, ResponseType }) => `${RestApiId}/${ResponseType}`,
  'AWS::ApiGateway::Method': ({ RestApiId, ResourceId, HttpMethod }) => `${RestApiId}/${ResourceId}/${HttpMethod}`,
  'AWS::ApiGateway::Resource': ({ RestApiId, ParentId, PathPart }) => `${RestApiId}/${ParentId}/${PathPart}`,
  'AWS::ApiGateway::Stage': ({ RestApiId, StageName }) => `${RestApiId}/${StageName}`,
  'AWS::ApiGateway::UsagePlanKey': ({ UsagePlanId, KeyId }) => `${UsagePlanId}/${KeyId}`,
  // CNAMEAlreadyExists. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html
  'AWS::CloudFront::Distribution': ({ DistributionConfig }) => DistributionConfig.Aliases ?? [],
  // These names are unique in an account, over all regions: EntityAlreadyExists.
  'AWS::CloudFront::CachePolicy': ({ CachePolicyConfig }) => CachePolicyConfig.Name,
  'AWS::CloudFront::Function': ({ Name }) => Name,
  'AWS::CloudFront::OriginAccessControl': ({ OriginAccessControlConfig }) => OriginAccessControlConfig.Name,
  'AWS::CloudFront::OriginRequestPolicy': ({ OriginRequestPolicyConfig }) => OriginRequestPolicyConfig.Name,
  'AWS::CloudFront::ResponseHeadersPolicy': ({ ResponseHeadersPolicyConfig }) => ResponseHeadersPolicyConfig.Name,
  'AWS::CodeBuild::Project': ({ Name }) => Name,
  'AWS::DocDB::DBCluster': ({ DBClusterIdentifier }) => DBClusterIdentifier,
  'AWS::DocDB::DBInstance': ({ DBInstanceIdentifier }) => DBInstanceIdentifier,
  'AWS::DocDB::DBSubnetGroup': ({ DBSubnetGroupName }) => DBSubnetGroupName,
  'AWS::EC2::Route': ({ RouteTableId, DestinationCidrBlock }) => `${RouteTableId}/${DestinationCidrBlock}`,
  'AWS::EC2::SecurityGroupEgress': securityGroupRule,
  'AWS::EC2::SecurityGroupIngress': securityGroupRule,
  'AWS::EC2::Subnet': ({ VpcId, CidrBlock }) => `${VpcId}/${CidrBlock}`,
  'AWS::EC2::SubnetRouteTableAssociation': ({ SubnetId }) => SubnetId,
  'AWS::EC2::VPCEndpoint': ({ VpcId, ServiceName }) => `${VpcId}/${ServiceName}`,
  'AWS::EC2::VPCGatewayAttachment': ({ VpcId }) => VpcId,
  'AWS::ECR::Repository': ({ RepositoryName }) => RepositoryName,
  'AWS::ElastiCache::ReplicationGroup': ({ ReplicationGroupId }) => ReplicationGroupId,
  'AWS::ElastiCache::SubnetGroup': ({ CacheSubnetGroupName }) => CacheSubnetGroupName,
  'AWS::Events::Rule': ({ Name }) => Name,
  'AWS::IAM::ManagedPolicy': ({ ManagedPolicyName }) => ManagedPolicyName,
  'AWS::IAM::Role': ({ RoleName }) => RoleName,
  'AWS::KMS::Alias': ({ AliasName }) => AliasName,
  'AWS::Lambda::Alias': ({ FunctionName, Name }) => `${FunctionName}:${Name}`,
  'AWS::Lambda::EventInvokeConfig': ({ FunctionName, Qualifier }) => `${FunctionName}:${Qualifier}`,
  'AWS::Lambda::Function': ({ FunctionName }) => FunctionName,
  'AWS::Logs::LogGroup': ({ LogGroupName }) => LogGroupName,
  // https://docs.aws.amazon.com/Route53/latest/APIReference/API_Change.html: CREATE of a record that exists fails.
  'AWS::Route53::RecordSet': ({ HostedZoneId, Name, Type }) => `${HostedZoneId}/${Name}/${Type}`,
  'AWS::S3::Bucket': ({ BucketName }) => BucketName,
  // "The bucket policy already exists on bucket …"
  'AWS::S3::BucketPolicy': ({ Bucket }) => Bucket,
  'AWS::SSM::Parameter': ({ Name }) => Name,
  'AWS::Scheduler::Schedule': ({ Name }) => Name,
  'AWS::SecretsManager::Secret': ({ Name }) => Name,
  'AWS::ServiceDiscovery::PrivateDnsNamespace': ({ Vpc, Name }) => `${Vpc}/${Name}`,
};

export function uniqueNames(type: string, properties: ResourceProperties): string[] {
  return [NAMES[type]?.(properties)].flat().filter((name) => name !== undefined).map((name) => `${type} ${String(name)}`);
}

/** EC2: "The specified rule already exists" for the same peer, protocol and ports, regardless of the description. */
function securityGroupRule({ Description: _, ...rule }: ResourceProperties): string {
  return JSON.stringify(Object.entries(rule).sort());
}
