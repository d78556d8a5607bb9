import type { ModelAccount } from './model-account';
import { idOf, type ModelResource } from './model-resource';
import { roleMay } from './permissions';

/** Elastic IP addresses per region. https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
const ADDRESS_QUOTA = 5;

type Prerequisite = (resource: ModelResource, account: ModelAccount) => string | undefined;

/** Conditions, besides references, that services check when a resource is created or updated. */
const PREREQUISITES: Readonly<Record<string, Prerequisite>> = {
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
  'AWS::ApiGateway::Stage': ({ properties }, { logsApiGateway }) =>
    properties.AccessLogSetting && !logsApiGateway ? 'CloudWatch Logs role ARN must be set in account settings to enable logging' : undefined,

  'AWS::ApiGateway::Deployment': ({ properties }, account) =>
    account.all().some(({ type, properties: method }) => type === 'AWS::ApiGateway::Method' && method.RestApiId === properties.RestApiId)
      ? undefined : 'The REST API doesn\'t contain any methods',

  'AWS::CodeBuild::Project': ({ properties }, account) =>
    properties.VpcConfig && !roleMay(account, properties.ServiceRole, 'ec2:DescribeSecurityGroups') ? 'Not authorized to perform DescribeSecurityGroups' : undefined,

  'AWS::DocDB::DBSubnetGroup': staysInVpc,

  'AWS::EC2::EIP': ({ id }, account) =>
    account.all().filter((other) => other.type === 'AWS::EC2::EIP' && other.id !== id).length >= ADDRESS_QUOTA
      ? `The maximum number of addresses has been reached: ${ADDRESS_QUOTA}` : undefined,

  'AWS::ElastiCache::SubnetGroup': staysInVpc,

  // https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
  'AWS::Lambda::Function': ({ properties }, account) =>
    properties.VpcConfig?.SubnetIds?.length && !roleMay(account, properties.Role, 'ec2:CreateNetworkInterface')
      ? 'The provided execution role does not have permissions to call CreateNetworkInterface on EC2' : undefined,
};

/** A subnet group can change subnets, but not its VPC. */
function staysInVpc({ id, properties }: ModelResource, account: ModelAccount): string | undefined {
  const vpcOf = (group: ModelResource['properties']) => account.resources.get(idOf(group.SubnetIds[0]))?.properties.VpcId as unknown;
  const current = account.resources.get(id)?.properties;
  return current && vpcOf(current) !== vpcOf(properties) ? 'The new Subnets are not in the same Vpc as the existing subnet group' : undefined;
}

export function refusalOfChange(resource: ModelResource, account: ModelAccount): string | undefined {
  return PREREQUISITES[resource.type]?.(resource, account);
}
