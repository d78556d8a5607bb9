import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { accept } from './nag';

/** Where things with a network address are. */
export interface Network {
  readonly vpc: ec2.IVpc;
  readonly vpcSubnets: ec2.SubnetSelection;
}

/** Where nobody gets in from outside, and a NAT gateway leads out. */
export const DEFAULT_SUBNETS: ec2.SubnetSelection = { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS };

/** Lets a client out to a server whose address stands in a secret, and is not known here. */
export function allowPort(client: ec2.IConnectable, port: number, name: string): void {
  client.connections.allowToAnyIpv4(ec2.Port.tcp(port), `LibreChat to ${name}`);
}

/** The network that is brought, or else one is made where it is needed. */
export function networkOf(scope: Construct, { vpc, vpcSubnets = DEFAULT_SUBNETS }: Partial<Network>, needed: boolean): Network | undefined {
  if (!vpc && !needed) return undefined;
  return { vpc: vpc ?? createVpc(scope), vpcSubnets };
}

/** Two zones, which a database needs, and one NAT gateway, since each costs as much as all else at rest. */
function createVpc(scope: Construct): ec2.Vpc {
  const vpc = new ec2.Vpc(scope, 'Vpc', {
    maxAzs: 2,
    natGateways: 1,
    restrictDefaultSecurityGroup: false,
    gatewayEndpoints: { S3: { service: ec2.GatewayVpcEndpointAwsService.S3 } },
  });
  accept(vpc, { id: 'AwsSolutions-VPC7', reason: 'Flow logs cost more than they tell here; `vpc.addFlowLog()` adds one' });
  return vpc;
}
