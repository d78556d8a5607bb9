import type { IConnectable } from 'aws-cdk-lib/aws-ec2';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IDependable } from 'constructs';

/** Where a secret value is found, and how to be allowed to read it. `ecs.Secret` is one. */
export interface Reference {
  readonly arn: string;
  grantRead(grantee: IGrantable): Grant;
}

/** What the function must know, read and reach in order to use one part of the system. */
export interface Binding {
  /** Environment variables in plain text. */
  readonly variables?: Record<string, string>;
  /** Environment variables whose values are references to secrets. */
  readonly references?: Record<string, Reference>;
  /** Opens the way from the function to this part; called only where the function is in a VPC. */
  readonly connect?: (client: IConnectable) => void;
  /** What was made here and is connected to: the function cannot start before it is there and lets the function in. */
  readonly peer?: IDependable;
}

/** The whole of a Secrets Manager secret. */
export function wholeSecret(secret: ISecret): Reference {
  return { arn: secret.secretArn, grantRead: (grantee) => secret.grantRead(grantee) };
}
