import { CfnResource, RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { suppressNag } from './nag';
import { RETAIN } from './retention';

/** A VPC and a selection of its subnets. */
export interface Network {
  readonly vpc: ec2.IVpc;
  readonly vpcSubnets: ec2.SubnetSelection;
}

export const DEFAULT_SUBNETS: ec2.SubnetSelection = { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS };

/** Opens a port to any address, for a server whose address is in a secret. */
export function allowPort(client: ec2.IConnectable, port: number, name: string): void {
  client.connections.allowToAnyIpv4(ec2.Port.tcp(port), `LibreChat to ${name}`);
}

/** Two Availability Zones, which DocumentDB requires, and one NAT gateway, the largest part of the idle cost. */
export function createVpc(scope: Construct, removalPolicy?: RemovalPolicy): ec2.Vpc {
  const vpc = new ec2.Vpc(scope, 'Vpc', {
    maxAzs: 2,
    natGateways: 1,
    restrictDefaultSecurityGroup: false,
    gatewayEndpoints: { S3: { service: ec2.GatewayVpcEndpointAwsService.S3 } },
  });
  // A retained database is in these subnets. The rest, such as the NAT gateway, is not needed without LibreChat.
  if (removalPolicy === RemovalPolicy.RETAIN) {
    for (const { node } of [vpc, ...vpc.privateSubnets]) (node.defaultChild as CfnResource).applyRemovalPolicy(RETAIN);
  }
  suppressNag(vpc, { id: 'AwsSolutions-VPC7', reason: 'Flow logs are charged; `vpc.addFlowLog()` adds one' });
  return vpc;
}
