import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { suppressNag, wildcardFinding } from '../private/nag';

interface ExecutionRoleProps {
  readonly logGroup: ILogGroup;
  readonly inVpc: boolean;
  readonly filesBucket: IBucket;
  readonly config: { readonly bucket: IBucket; readonly key: string };
  readonly urlParameterName?: string;
}

/** Lambda uses these for a function in a VPC. Most of them have no resource-level permissions. */
const NETWORK_INTERFACE_ACTIONS = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/** The role of the function. Unlike Lambda's managed policies, it allows writing to one log group only. */
export function createExecutionRole(scope: Construct, props: ExecutionRoleProps): iam.Role {
  const role = new iam.Role(scope, 'Role', {
    description: 'LibreChat: the API',
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
  });
  props.logGroup.grantWrite(role);
  allow(role, ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], props.filesBucket.arnForObjects('*'));
  props.filesBucket.encryptionKey?.grantEncryptDecrypt(role);
  allow(role, ['s3:GetObject'], props.config.bucket.arnForObjects(props.config.key));
  props.config.bucket.encryptionKey?.grantDecrypt(role);
  if (props.urlParameterName) allow(role, ['ssm:GetParameter'], parameterArn(scope, props.urlParameterName));
  if (props.inVpc) allow(role, NETWORK_INTERFACE_ACTIONS, '*');

  suppressNag(role.node.findChild('DefaultPolicy'),
    {
      id: 'AwsSolutions-IAM5',
      reason: 'All objects in the bucket are files of LibreChat, and CDK grants these actions on its key',
      appliesTo: [wildcardFinding(scope, props.filesBucket.arnForObjects('*')), 'Action::kms:GenerateDataKey*', 'Action::kms:ReEncrypt*'],
    },
    { id: 'AwsSolutions-IAM5', reason: 'EC2 does not support resource-level permissions for the network interfaces of a function', appliesTo: ['Resource::*'] },
  );
  return role;
}

function allow(role: iam.Role, actions: string[], resource: string): void {
  role.addToPolicy(new iam.PolicyStatement({ actions, resources: [resource] }));
}

/** Built from the name, because a reference to the parameter would be a circular dependency. */
function parameterArn(scope: Construct, name: string): string {
  return Stack.of(scope).formatArn({ service: 'ssm', resource: 'parameter', resourceName: name.replace(/^\//, '') });
}
