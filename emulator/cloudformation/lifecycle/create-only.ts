import { isCustomResource } from '../custom-resource';

/**
 * Properties whose change replaces the resource: "Update requires: Replacement" on the type's page of the template reference. Where the page
 * says "Some interruptions" or depends on the values, the worse case is assumed.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
 */
const CREATE_ONLY: Readonly<Record<string, readonly string[]>> = {
  'AWS::ApiGateway::Account': [],
  'AWS::ApiGateway::ApiKey': ['GenerateDistinctId', 'Name', 'Value'],
  'AWS::ApiGateway::Deployment': ['DeploymentCanarySettings', 'RestApiId'],
  'AWS::ApiGateway::GatewayResponse': ['ResponseType', 'RestApiId'],
  'AWS::ApiGateway::Method': ['HttpMethod', 'ResourceId', 'RestApiId'],
  'AWS::ApiGateway::Resource': ['ParentId', 'PathPart', 'RestApiId'],
  'AWS::ApiGateway::RestApi': [],
  'AWS::ApiGateway::Stage': ['RestApiId', 'StageName'],
  'AWS::ApiGateway::UsagePlan': [],
  'AWS::ApiGateway::UsagePlanKey': ['KeyId', 'KeyType', 'UsagePlanId'],
  'AWS::Budgets::Budget': ['NotificationsWithSubscribers', 'ResourceTags'],
  'AWS::CDK::Metadata': [],
  'AWS::CertificateManager::Certificate': [
    'CertificateAuthorityArn', 'DomainName', 'DomainValidationOptions', 'KeyAlgorithm', 'SubjectAlternativeNames', 'ValidationMethod',
  ],
  'AWS::CloudFront::CachePolicy': [],
  'AWS::CloudFront::Distribution': [],
  'AWS::CloudFront::Function': ['Name'],
  'AWS::CloudFront::OriginAccessControl': [],
  'AWS::CloudFront::OriginRequestPolicy': [],
  'AWS::CloudFront::ResponseHeadersPolicy': [],
  'AWS::CloudWatch::Alarm': ['AlarmName'],
  'AWS::CloudWatch::Dashboard': ['DashboardName'],
  'AWS::CodeBuild::Project': ['Name'],
  'AWS::DocDB::DBCluster': [
    'AvailabilityZones', 'DBClusterIdentifier', 'DBSubnetGroupName', 'EngineVersion', 'KmsKeyId', 'MasterUsername', 'SnapshotIdentifier',
    'SourceDBClusterIdentifier', 'StorageEncrypted',
  ],
  'AWS::DocDB::DBClusterParameterGroup': ['Description', 'Family', 'Name'],
  'AWS::DocDB::DBInstance': ['AvailabilityZone', 'DBClusterIdentifier', 'DBInstanceIdentifier'],
  'AWS::DocDB::DBSubnetGroup': ['DBSubnetGroupName'],
  'AWS::EC2::EIP': ['Address', 'Domain', 'IpamPoolId', 'NetworkBorderGroup', 'TransferAddress'],
  'AWS::EC2::InternetGateway': [],
  'AWS::EC2::NatGateway': ['AllocationId', 'AvailabilityMode', 'ConnectivityType', 'PrivateIpAddress', 'SubnetId', 'VpcId'],
  'AWS::EC2::Route': ['DestinationCidrBlock', 'DestinationIpv6CidrBlock', 'DestinationPrefixListId', 'RouteTableId'],
  'AWS::EC2::RouteTable': ['VpcId'],
  'AWS::EC2::SecurityGroup': ['GroupDescription', 'GroupName', 'VpcId'],
  'AWS::EC2::SecurityGroupEgress': [
    'CidrIp', 'CidrIpv6', 'DestinationPrefixListId', 'DestinationSecurityGroupId', 'FromPort', 'GroupId', 'IpProtocol', 'ToPort',
  ],
  'AWS::EC2::SecurityGroupIngress': [
    'CidrIp', 'CidrIpv6', 'FromPort', 'GroupId', 'GroupName', 'IpProtocol', 'SourcePrefixListId', 'SourceSecurityGroupId', 'ToPort',
  ],
  'AWS::EC2::Subnet': ['AvailabilityZone', 'AvailabilityZoneId', 'CidrBlock', 'Ipv6CidrBlock', 'Ipv6Native', 'VpcId'],
  'AWS::EC2::SubnetRouteTableAssociation': ['RouteTableId', 'SubnetId'],
  'AWS::EC2::VPC': ['CidrBlock', 'InstanceTenancy', 'Ipv4IpamPoolId', 'Ipv4NetmaskLength'],
  'AWS::EC2::VPCEndpoint': ['ServiceName', 'ServiceRegion', 'VpcEndpointType', 'VpcId'],
  'AWS::EC2::VPCGatewayAttachment': ['VpcId'],
  'AWS::ECR::Repository': ['EncryptionConfiguration', 'RepositoryName'],
  'AWS::ElastiCache::ParameterGroup': ['CacheParameterGroupFamily'],
  'AWS::ElastiCache::ReplicationGroup': [
    'AtRestEncryptionEnabled', 'AuthToken', 'CacheSubnetGroupName', 'DataTieringEnabled', 'Engine', 'GlobalReplicationGroupId', 'KmsKeyId', 'NetworkType',
    'NodeGroupConfiguration', 'NumNodeGroups', 'Port', 'PreferredCacheClusterAZs', 'ReplicasPerNodeGroup', 'ReplicationGroupId', 'SnapshotArns',
    'SnapshotName',
  ],
  'AWS::ElastiCache::SubnetGroup': ['CacheSubnetGroupName'],
  'AWS::Events::Rule': ['EventBusName', 'Name'],
  'AWS::IAM::ManagedPolicy': ['Description', 'ManagedPolicyName', 'Path'],
  'AWS::IAM::Policy': [],
  'AWS::IAM::Role': ['Path', 'RoleName'],
  'AWS::KMS::Alias': ['AliasName'],
  'AWS::KMS::Key': [],
  'AWS::Lambda::Alias': ['FunctionName', 'Name'],
  'AWS::Lambda::EventInvokeConfig': ['FunctionName', 'Qualifier'],
  'AWS::Lambda::Function': ['FunctionName', 'PackageType', 'TenancyConfig'],
  'AWS::Lambda::Permission': [
    'Action', 'EventSourceToken', 'FunctionName', 'FunctionUrlAuthType', 'InvokedViaFunctionUrl', 'Principal', 'PrincipalOrgID', 'SourceAccount',
    'SourceArn',
  ],
  'AWS::Lambda::Version': ['CodeSha256', 'Description', 'FunctionName', 'ProvisionedConcurrencyConfig', 'RuntimePolicy'],
  'AWS::Logs::LogGroup': ['LogGroupName'],
  'AWS::Logs::MetricFilter': ['FilterName', 'LogGroupName'],
  'AWS::Route53::RecordSet': ['HostedZoneId', 'HostedZoneName', 'Name'],
  'AWS::S3::Bucket': ['BucketName', 'ObjectLockEnabled'],
  'AWS::S3::BucketPolicy': ['Bucket'],
  'AWS::SNS::Topic': ['FifoTopic', 'TopicName'],
  'AWS::SNS::TopicPolicy': [],
  'AWS::SSM::Parameter': ['Name'],
  'AWS::Scheduler::Schedule': ['Name'],
  'AWS::SecretsManager::ResourcePolicy': ['SecretId'],
  'AWS::SecretsManager::Secret': ['Name'],
  'AWS::SecretsManager::SecretTargetAttachment': ['SecretId'],
  'AWS::ServiceDiscovery::PrivateDnsNamespace': ['Name', 'Vpc'],
  // The function returns another physical ID for another bucket or project, and CloudFormation then deletes the old one.
  'Custom::LibreChatCheck': [],
  'Custom::LibreChatFrontend': ['Bucket'],
  'Custom::LibreChatImage': ['Project'],
  'Custom::LibreChatUser': [],
  'Custom::S3AutoDeleteObjects': ['BucketName'],
};

/** Whether a change of these properties replaces a resource. @throws Error for types that are not in the table */
export function isReplacement(type: string, changed: readonly string[]): boolean {
  const createOnly = CREATE_ONLY[type];
  if (!createOnly) throw new Error(`add the properties whose change replaces ${isCustomResource(type) ? 'the custom resource' : 'a resource of type'} ${type}`);
  return changed.some((name) => createOnly.includes(name));
}
