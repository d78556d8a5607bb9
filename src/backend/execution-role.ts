import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { createFunctionRole } from '../private/function-role';
import { suppressNag, wildcardFinding } from '../private/nag';

interface ExecutionRoleProps {
  readonly logGroup: ILogGroup;
  readonly filesBucket: IBucket;
  readonly config: { readonly bucket: IBucket; readonly key: string };
  readonly urlParameterName?: string;
}

/** The role of LibreChat's function: the permissions of the Terraform module, and no more. */
export function createExecutionRole(scope: Construct, props: ExecutionRoleProps): iam.Role {
  const role = createFunctionRole(scope, { description: 'LibreChat', logGroup: props.logGroup, networkInterfaces: true });
  allow(role, ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], props.filesBucket.arnForObjects('*'));
  // Without it, S3 responds to requests for a missing object with 403, and LibreChat never deletes the record of the file.
  allow(role, ['s3:ListBucket'], props.filesBucket.bucketArn);
  props.filesBucket.encryptionKey?.grantEncryptDecrypt(role);
  allow(role, ['s3:GetObject'], props.config.bucket.arnForObjects(props.config.key));
  props.config.bucket.encryptionKey?.grantDecrypt(role);
  if (props.urlParameterName) allow(role, ['ssm:GetParameter'], parameterArn(scope, props.urlParameterName));

  suppressNag(role.node.findChild('DefaultPolicy'), {
    id: 'AwsSolutions-IAM5',
    reason: 'All objects in the bucket are files of LibreChat, and CDK grants these actions on its key',
    appliesTo: [wildcardFinding(scope, props.filesBucket.arnForObjects('*')), 'Action::kms:GenerateDataKey*', 'Action::kms:ReEncrypt*'],
  });
  return role;
}

function allow(role: iam.Role, actions: string[], resource: string): void {
  role.addToPolicy(new iam.PolicyStatement({ actions, resources: [resource] }));
}

/** Built from the name, because a reference to the parameter would be a circular dependency. */
function parameterArn(scope: Construct, name: string): string {
  return Stack.of(scope).formatArn({ service: 'ssm', resource: 'parameter', resourceName: name.replace(/^\//, '') });
}
