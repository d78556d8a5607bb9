import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IStringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type { Reference } from './binding';
import { createFunctionRole } from './function-role';

/** Inputs of LibreChat, in any function that runs it. */
export interface LibreChatInputs {
  readonly config: { readonly bucket: IBucket; readonly key: string };
  /** Name of the SSM parameter with the public URL, if there is no domain. */
  readonly urlParameterName?: string;
  /** SSM parameter with the newest release of LibreChat that has served. */
  readonly releaseParameter: IStringParameter;
  readonly references: Record<string, Reference>;
}

/** The role of a function that runs LibreChat. It may read the inputs of LibreChat. */
export function createExecutionRole(scope: Construct, description: string, logGroup: ILogGroup, inputs: LibreChatInputs): iam.Role {
  const { config, urlParameterName, releaseParameter, references } = inputs;
  const role = createFunctionRole(scope, { description, logGroup, networkInterfaces: true });
  allow(role, ['s3:GetObject'], config.bucket.arnForObjects(config.key));
  config.bucket.encryptionKey?.grantDecrypt(role);
  if (urlParameterName) allow(role, ['ssm:GetParameter'], parameterArn(scope, urlParameterName));
  allow(role, ['ssm:GetParameterHistory'], releaseParameter.parameterArn);
  for (const reference of Object.values(references)) reference.grantRead(role);
  return role;
}

export function allow(role: iam.Role, actions: string[], ...resources: string[]): void {
  role.addToPolicy(new iam.PolicyStatement({ actions, resources }));
}

/** Built from the name, because a reference to the parameter would be a circular dependency. */
function parameterArn(scope: Construct, name: string): string {
  return Stack.of(scope).formatArn({ service: 'ssm', resource: 'parameter', resourceName: name.replace(/^\//, '') });
}
