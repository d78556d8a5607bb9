import type { RemovalPolicy } from 'aws-cdk-lib';
import type { IConnectable } from 'aws-cdk-lib/aws-ec2';
import { Grant, type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Architecture } from 'aws-cdk-lib/aws-lambda';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IDependable } from 'constructs';
import type { LogOptions } from './log-group';
import type { Network } from './network';

/** The properties of a deployment that the variants of `LibreChatImage`, `LibreChatDatabase` and others are bound to. */
export interface BindContext {
  /** Undefined if no VPC was specified and no variant has `_needsVpc`. */
  readonly network?: Network;
  /** Undefined for the default of each resource. */
  readonly removalPolicy?: RemovalPolicy;
  readonly architecture: Architecture;
  readonly logs: LogOptions;
  readonly encryptionKey?: IKey;
}

/** The context of a variant with `_needsVpc`. */
export interface VpcBindContext extends BindContext {
  readonly network: Network;
}

/** A reference to a secret value, and the permission to read it. `ecs.Secret` implements it. */
export interface Reference {
  readonly arn: string;
  grantRead(grantee: IGrantable): Grant;
}

/** Contributions of a service that LibreChat uses to the function. */
export interface Binding {
  /** Environment variables in plain text. */
  readonly variables?: Record<string, string>;
  /** Environment variables whose values are references to secrets. */
  readonly references?: Record<string, Reference>;
  /** Allows connections from the function; called only if the function is in a VPC. */
  readonly connect?: (client: IConnectable, network: Network) => void;
  /** A server in the stack. It must be created, and accept connections, before LibreChat starts. */
  readonly server?: IDependable;
}

/** The whole value of a Secrets Manager secret. */
export function wholeSecret(secret: ISecret): Reference {
  return { arn: secret.secretArn, grantRead: (grantee) => grantReadSecret(secret, grantee) };
}

/**
 * `grantRead()` of a secret adds the permission to decrypt to the policy of the key. That policy cannot be changed if the key is imported, and
 * the key's stack would depend on the stack of the function.
 */
function grantReadSecret({ secretArn, secretFullArn, encryptionKey, stack }: ISecret, grantee: IGrantable): Grant {
  if (encryptionKey) {
    grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({
      actions: ['kms:Decrypt'],
      resources: [encryptionKey.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${stack.region}.amazonaws.com` } },
    }));
  }
  const actions = ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'];
  // The ARN of a secret that is imported by its name lacks the random suffix.
  return Grant.addToPrincipal({ grantee, actions, resourceArns: [secretFullArn ?? `${secretArn}-??????`] });
}

/** The servers of all bindings. */
export function serversOf(bindings: Binding[]): IDependable[] {
  return bindings.flatMap(({ server }) => server ?? []);
}

/** The plain-text variables of all bindings. */
export function variablesIn(bindings: Binding[]): Record<string, string> {
  return Object.assign({}, ...bindings.map(({ variables }) => variables)) as Record<string, string>;
}

/** The references of all bindings. */
export function referencesIn(bindings: Binding[]): Record<string, Reference> {
  return Object.assign({}, ...bindings.map(({ references }) => references)) as Record<string, Reference>;
}
