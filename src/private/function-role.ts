import * as iam from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { suppressNag } from './nag';

/** Lambda uses these for a function in a VPC. Most of them have no resource-level permissions. */
const NETWORK_INTERFACE_ACTIONS = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

export interface FunctionRoleProps {
  readonly description: string;
  readonly logGroup: ILogGroup;
  /**
   * For functions that are in a VPC, or may be in another deployment. A function that leaves its VPC needs these permissions until Lambda has
   * deleted its interfaces, and the policy is updated before the function.
   */
  readonly networkInterfaces?: boolean;
}

/** The execution role of a function. Unlike Lambda's managed policies, it allows writing to one log group only. */
export function createFunctionRole(scope: Construct, { description, logGroup, networkInterfaces = false }: FunctionRoleProps): iam.Role {
  const role = new iam.Role(scope, 'Role', {
    description,
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
  });
  logGroup.grantWrite(role);
  if (networkInterfaces) {
    role.addToPolicy(new iam.PolicyStatement({ actions: NETWORK_INTERFACE_ACTIONS, resources: ['*'] }));
    suppressNag(role.node.findChild('DefaultPolicy'), {
      id: 'AwsSolutions-IAM5',
      reason: 'EC2 does not support resource-level permissions for the network interfaces of a function',
      appliesTo: ['Resource::*'],
    });
  }
  return role;
}
