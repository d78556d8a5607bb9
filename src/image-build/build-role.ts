import { Stack } from 'aws-cdk-lib';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { suppressNag, wildcardFinding } from '../private/nag';
import type { Network } from '../private/network';

export interface BuildRoleProps {
  readonly context: Asset;
  readonly repository: IRepository;
  readonly logGroup: ILogGroup;
  readonly network?: Network;
}

/** @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html */
const PUSH_ACTIONS = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:InitiateLayerUpload',
  'ecr:UploadLayerPart',
  'ecr:CompleteLayerUpload',
  'ecr:PutImage',
  'ecr:BatchGetImage',
  // `docker manifest inspect` reads the configuration of the image.
  'ecr:GetDownloadUrlForLayer',
];

/** Most of them have no resource-level permissions. @see https://docs.aws.amazon.com/codebuild/latest/userguide/vpc-support.html */
const NETWORK_INTERFACE_ACTIONS = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeSubnets',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeDhcpOptions',
  'ec2:DescribeVpcs',
];

/** The role of the project. It allows reading the build context, pushing to one repository, and writing to one log group. */
export function createBuildRole(scope: Construct, { context, repository, logGroup, network }: BuildRoleProps): iam.Role {
  const role = new iam.Role(scope, 'Role', {
    description: 'LibreChat: builds the image',
    assumedBy: new iam.ServicePrincipal('codebuild.amazonaws.com'),
  });
  logGroup.grantWrite(role);
  allow(role, ['s3:GetObject', 's3:GetObjectVersion'], context.bucket.arnForObjects(context.s3ObjectKey));
  context.bucket.encryptionKey?.grantDecrypt(role);
  repository.grant(role, ...PUSH_ACTIONS);
  allow(role, ['ecr:GetAuthorizationToken'], '*');
  if (network) allowNetworkInterfaces(role, network);

  suppressNag(role.node.findChild('DefaultPolicy'),
    { id: 'AwsSolutions-IAM5', reason: 'ECR authorization tokens do not support resource-level permissions; the role has access to one repository', appliesTo: ['Resource::*'] },
    ...network ? [{
      id: 'AwsSolutions-IAM5',
      reason: 'EC2 does not support resource-level permissions for the network interfaces of a build',
      appliesTo: ['Resource::*', wildcardFinding(role, networkInterfaces(role))],
    }] : [],
  );
  return role;
}

function allowNetworkInterfaces(role: iam.Role, { vpc, vpcSubnets }: Network): void {
  allow(role, NETWORK_INTERFACE_ACTIONS, '*');
  const subnets = vpc.selectSubnets(vpcSubnets).subnetIds;
  role.addToPolicy(new iam.PolicyStatement({
    actions: ['ec2:CreateNetworkInterfacePermission'],
    resources: [networkInterfaces(role)],
    conditions: {
      StringEquals: {
        'ec2:Subnet': subnets.map((subnet) => Stack.of(role).formatArn({ service: 'ec2', resource: 'subnet', resourceName: subnet })),
        'ec2:AuthorizedService': 'codebuild.amazonaws.com',
      },
    },
  }));
}

function networkInterfaces(scope: Construct): string {
  return Stack.of(scope).formatArn({ service: 'ec2', resource: 'network-interface', resourceName: '*' });
}

function allow(role: iam.Role, actions: string[], resource: string): void {
  role.addToPolicy(new iam.PolicyStatement({ actions, resources: [resource] }));
}
