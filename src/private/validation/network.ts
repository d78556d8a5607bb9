import { Stack } from 'aws-cdk-lib';
import { CfnRoute, CfnVPCEndpoint, type ISubnet, type IVpc, type SubnetSelection, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import type { IConstruct } from 'constructs';
import { mustError, requiresError } from './errors';
import { DEFAULT_SUBNETS, type Network } from '../network';

export interface NetworkRequirements {
  readonly vpc?: IVpc;
  readonly vpcSubnets?: SubnetSelection;
  /** Whether DocumentDB is created, which requires subnets in two Availability Zones. */
  readonly createsDatabase: boolean;
  /** Whether the function connects to services in the VPC. */
  readonly connectsToVpc: boolean;
  /** Whether the services are registered in a private namespace, which resolves in its VPC only. */
  readonly usesPrivateNamespace: boolean;
}

export function validateNetwork({ vpc, vpcSubnets, ...requirements }: NetworkRequirements): void {
  if (!vpc) {
    if (vpcSubnets) throw requiresError('vpcSubnets', '`vpc`');
    if (requirements.usesPrivateNamespace) throw requiresError('services', '`vpc` of the private namespace');
    return;
  }
  const selection = vpcSubnets ?? DEFAULT_SUBNETS;
  validatePrivateSubnets(vpc, selection);
  const { subnets, availabilityZones } = vpc.selectSubnets(selection);
  const publicSubnet = subnets.find((subnet) => includes(vpc.publicSubnets, subnet));
  if (publicSubnet) throw mustError('vpcSubnets', 'be private: Lambda functions in a public subnet have no route to the internet', publicSubnet.node.path);
  if (requirements.createsDatabase && new Set(availabilityZones).size < 2) {
    throw mustError('vpcSubnets', 'span at least two Availability Zones, which DocumentDB requires', availabilityZones);
  }
  // CDK throws an error of its own if the CIDR block is unknown.
  if (requirements.connectsToVpc) void vpc.vpcCidrBlock;
}

/** CDK's own error does not contain the fix. */
function validatePrivateSubnets(vpc: IVpc, { subnetType }: SubnetSelection): void {
  if (subnetType !== SubnetType.PRIVATE_WITH_EGRESS || vpc.privateSubnets.length > 0) return;
  throw mustError('vpc', 'have private subnets with egress: add a NAT gateway, or select isolated subnets by `vpcSubnets` in a VPC with endpoints', vpc.node.path);
}

/**
 * The relay starts workers through the API of Lambda. Checked at the end of synthesis, because routes and endpoints may be added at any time.
 */
export function validateRouteToLambda(scope: IConstruct, { vpc, vpcSubnets }: Network): void {
  // The routes of an imported VPC are unknown.
  if (!(vpc instanceof Vpc)) return;
  scope.node.addValidation({
    validate: () => {
      const isolated = vpc.selectSubnets(vpcSubnets).subnets.find((subnet) => includes(vpc.isolatedSubnets, subnet) && !hasDefaultRoute(subnet));
      if (!isolated || hasLambdaEndpoint(vpc)) return [];
      const fix = "vpc.addInterfaceEndpoint('Lambda', { service: ec2.InterfaceVpcEndpointAwsService.LAMBDA })";
      return [mustError('vpcSubnets', `have a route to the API of Lambda: use subnets with egress, or add ${fix}`, isolated.node.path).message];
    },
  });
}

function hasDefaultRoute(subnet: ISubnet): boolean {
  return subnet.node.findAll().some((child) => child instanceof CfnRoute && child.destinationCidrBlock === '0.0.0.0/0');
}

function hasLambdaEndpoint(vpc: Vpc): boolean {
  return vpc.node.root.node.findAll().some((child) => child instanceof CfnVPCEndpoint
    && child.vpcId === vpc.vpcId
    && JSON.stringify(Stack.of(child).resolve(child.serviceName)).includes('.lambda"'));
}

/** The network of the CodeBuild project that builds the image. */
export function validateBuildNetwork(vpc?: IVpc, vpcSubnets?: SubnetSelection): Network | undefined {
  if (!vpc) {
    if (vpcSubnets) throw requiresError('vpcSubnets', '`vpc`');
    return undefined;
  }
  const network = { vpc, vpcSubnets: vpcSubnets ?? DEFAULT_SUBNETS };
  validatePrivateSubnets(vpc, network.vpcSubnets);
  // Until a VPC is looked up, CDK reports the same subnets as private and as isolated.
  const withoutRoute = vpc.selectSubnets(network.vpcSubnets).subnets
    .find((subnet) => includes([...vpc.publicSubnets, ...vpc.isolatedSubnets], subnet) && !includes(vpc.privateSubnets, subnet));
  if (withoutRoute) {
    throw mustError('vpcSubnets', 'be private with egress: CodeBuild has no public address, and pulls from ghcr.io', withoutRoute.node.path);
  }
  return network;
}

function includes(subnets: ISubnet[], { subnetId }: ISubnet): boolean {
  return subnets.some((subnet) => subnet.subnetId === subnetId);
}
