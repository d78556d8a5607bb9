import type { ModelAccount } from './model-account';
import { idOf, type ModelResource } from './model-resource';
import { roleMay } from './permissions';

/** Interfaces that a service created in a VPC. */
interface Interfaces {
  readonly owner: string;
  readonly subnets: readonly string[];
  readonly groups: readonly string[];
  /** Role with which Lambda deletes them, after their owner has left the VPC. */
  readonly releasedBy?: string;
}

/**
 * Network interfaces of functions. Lambda deletes them with the permissions of the function's role, some time after the function, or its last
 * version, has left the subnets; CloudFormation waits for that when it deletes a function.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-vpcconfig.html
 */
export class FunctionInterfaces {
  private readonly attached: Map<string, Interfaces>;
  private left: Interfaces[];

  public constructor(from?: FunctionInterfaces) {
    this.attached = new Map(from?.attached);
    this.left = [...from?.left ?? []];
  }

  public created(resource: ModelResource): void {
    const interfaces = resource.type === 'AWS::Lambda::Version' ? this.attached.get(idOf(resource.properties.FunctionName)) : interfacesOfFunction(resource);
    if (interfaces) this.attached.set(resource.id, { ...interfaces, owner: resource.id });
  }

  public updated(resource: ModelResource): void {
    if (resource.type !== 'AWS::Lambda::Function') return;
    const before = this.attached.get(resource.id);
    const after = interfacesOfFunction(resource);
    if (before && JSON.stringify(before) !== JSON.stringify(after)) this.left.push({ ...before, releasedBy: String(resource.properties.Role) });
    this.attached.delete(resource.id);
    if (after) this.attached.set(resource.id, after);
  }

  public deleted(resource: ModelResource, account: ModelAccount): void {
    const interfaces = this.attached.get(resource.id);
    if (!interfaces) return;
    this.attached.delete(resource.id);
    const lambda = resource.type === 'AWS::Lambda::Version' ? account.resources.get(idOf(resource.properties.FunctionName)) : resource;
    // If the function's role may not delete them, they remain until they are deleted manually.
    if (!mayDelete(account, lambda?.properties.Role)) this.left.push({ ...interfaces, releasedBy: lambda && String(lambda.properties.Role) });
  }

  /** Simulates Lambda's delayed deletion of interfaces. */
  public settle(account: ModelAccount): void {
    this.left = this.left.filter(({ releasedBy }) => !mayDelete(account, releasedBy));
  }

  public existing(account: ModelAccount): Interfaces[] {
    // CloudFormation retries the deletion of a subnet or a security group for as long as Lambda needs.
    this.settle(account);
    return [...this.attached.values(), ...this.left];
  }
}

/** Reason why a subnet or a security group cannot be deleted, or undefined. */
export function refusalOfInterfaces({ id, type }: ModelResource, account: ModelAccount): string | undefined {
  if (type !== 'AWS::EC2::Subnet' && type !== 'AWS::EC2::SecurityGroup') return undefined;
  const found = [...account.interfaces.existing(account), ...account.all().flatMap((resource) => interfacesOf(resource, account) ?? [])]
    .find(({ subnets, groups }) => subnets.includes(id) || groups.includes(id));
  return found && `DependencyViolation: it has a network interface of ${found.owner}`;
}

function interfacesOfFunction({ id, type, properties }: ModelResource): Interfaces | undefined {
  const { SubnetIds = [], SecurityGroupIds = [] } = properties.VpcConfig ?? {};
  return type === 'AWS::Lambda::Function' && SubnetIds.length ? { owner: id, subnets: SubnetIds.map(idOf), groups: SecurityGroupIds.map(idOf) } : undefined;
}

function interfacesOf({ id, type, properties }: ModelResource, account: ModelAccount): Interfaces | undefined {
  const subnetsOf = (group: unknown): string[] => (account.resources.get(idOf(group))?.properties.SubnetIds ?? []).map(idOf);
  switch (type) {
    case 'AWS::EC2::NatGateway': return { owner: id, subnets: [idOf(properties.SubnetId)], groups: [] };
    case 'AWS::EC2::VPCEndpoint': return { owner: id, subnets: (properties.SubnetIds ?? []).map(idOf), groups: (properties.SecurityGroupIds ?? []).map(idOf) };
    case 'AWS::ElastiCache::ReplicationGroup': return {
      owner: id, subnets: subnetsOf(properties.CacheSubnetGroupName), groups: (properties.SecurityGroupIds ?? []).map(idOf),
    };
    case 'AWS::DocDB::DBInstance': {
      const cluster = account.resources.get(idOf(properties.DBClusterIdentifier))?.properties;
      return { owner: id, subnets: subnetsOf(cluster?.DBSubnetGroupName), groups: (cluster?.VpcSecurityGroupIds ?? []).map(idOf) };
    }
    default: return undefined;
  }
}

function mayDelete(account: ModelAccount, role: unknown): boolean {
  return roleMay(account, role, 'ec2:DeleteNetworkInterface');
}
