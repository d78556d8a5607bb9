import { createHash } from 'node:crypto';
import { Duration, type RemovalPolicy, type Size, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { createFilesBucket } from './files-bucket';
import { createRootSecret } from './root-secret';
import { COMMAND } from '../contract/image';
import { LONGEST_REQUEST_SECONDS } from '../contract/limits';
import { NO_RELEASE } from '../contract/maintenance';
import { QUEUE } from '../contract/queue';
import { ADAPTER, DERIVED_SECRETS, VALUE_FROM } from '../contract/variables';
import { type Binding, type Reference, referencesIn, variablesIn, wholeSecret } from '../private/binding';
import { allow, createExecutionRole, type LibreChatInputs } from '../private/execution-role';
import { codeOf, type LambdaImage } from '../private/image';
import { createLogGroup, type LogOptions } from '../private/log-group';
import { suppressNag, wildcardFinding } from '../private/nag';
import type { Network } from '../private/network';
import { sorted } from '../private/sorted';
import { validateVariablesSize } from '../private/validation/variables';

export interface BackendProps {
  readonly image: LambdaImage;
  readonly network?: Network;
  readonly config: { readonly bucket: IBucket; readonly key: string };
  /** Database, Redis and the services that the function uses. */
  readonly bindings: Binding[];
  readonly environment: Record<string, string>;
  readonly secrets: Record<string, Reference>;
  /** A secret with further variables as fields. */
  readonly environmentSecret?: secretsmanager.ISecret;
  readonly filesBucket?: IBucket;
  /** The public URL, if it is known before the distribution is created. */
  readonly siteUrl?: string;
  /** Otherwise, the name of the SSM parameter with the public URL. */
  readonly urlParameterName?: string;
  readonly removalPolicy?: RemovalPolicy;
  readonly memorySize: number;
  readonly ephemeralStorageSize?: Size;
  /** Prefix of the queue's keys in Redis. */
  readonly queuePrefix: string;
  /** Number of requests that one worker serves at a time. */
  readonly maxConcurrentRequests: number;
  readonly provisionedConcurrentExecutions?: number;
  readonly logs: LogOptions;
  readonly encryptionKey?: IKey;
}

/** The function whose invocations are workers: each runs LibreChat for many requests. Also the bucket for uploads. */
export class Backend extends Construct {
  public readonly handler: lambda.Function;
  /** The function that the relay invokes: `handler`, or its alias with provisioned concurrency. */
  public readonly target: lambda.IFunction;
  /** The queue between relay and workers. */
  public readonly queue: Binding;
  public readonly filesBucket: IBucket;
  public readonly logGroup: ILogGroup;
  /** Inputs of the workers, besides the queue. */
  public readonly variables: Record<string, string>;
  public readonly inputs: LibreChatInputs;
  /** Undefined if `secrets` contains all secrets that are derived from it. */
  public readonly rootSecret?: secretsmanager.ISecret;

  constructor(scope: Construct, id: string, props: BackendProps) {
    super(scope, id);

    this.filesBucket = props.filesBucket ?? createFilesBucket(this, props);
    this.logGroup = createLogGroup(this, 'Logs', props.logs);

    const allSecretsAreSpecified = Object.keys(DERIVED_SECRETS).every((name) => name in props.secrets);
    this.rootSecret = allSecretsAreSpecified ? undefined : createRootSecret(this, props);
    const sealing = wholeSecret(this.createSealingSecret(props.encryptionKey));
    this.inputs = {
      config: props.config,
      urlParameterName: props.urlParameterName,
      releaseParameter: this.createReleaseParameter(),
      references: this.references(props),
    };
    const references = { ...this.inputs.references, [QUEUE.sealingSecret]: sealing };
    const variables = {
      ...variablesIn(props.bindings),
      ...props.environment,
      ...siteVariables(props),
      [ADAPTER.configBucket]: props.config.bucket.bucketName,
      [ADAPTER.configKey]: props.config.key,
      [ADAPTER.releaseParameter]: this.inputs.releaseParameter.parameterName,
      AWS_BUCKET_NAME: this.filesBucket.bucketName,
    };
    const arns = arnsOf(references);
    const queueVariables = {
      [QUEUE.prefix]: props.queuePrefix,
      [QUEUE.release]: this.release(props.image, { ...variables, ...arns }),
      [QUEUE.maxConcurrentRequests]: String(props.maxConcurrentRequests),
    };
    this.queue = { variables: queueVariables, references: { [QUEUE.sealingSecret]: sealing } };
    validateVariablesSize({ ...variables, ...queueVariables }, references);
    const environment = sorted({ ...variables, ...arns, ...queueVariables });
    this.variables = sorted({ ...variables, ...arnsOf(this.inputs.references) });

    this.handler = new lambda.DockerImageFunction(this, 'Function', {
      description: 'LibreChat',
      code: codeOf(props.image, COMMAND.serve),
      architecture: props.image.architecture,
      memorySize: props.memorySize,
      ephemeralStorageSize: props.ephemeralStorageSize,
      timeout: Duration.seconds(LONGEST_REQUEST_SECONDS),
      environment,
      role: this.createRole(references),
      logGroup: this.logGroup,
      ...props.network && { ...props.network, securityGroups: [this.createSecurityGroup(props.network.vpc)] },
    });
    if (props.network) {
      for (const binding of props.bindings) binding.connect?.(this.handler, props.network);
    }

    this.target = this.createAlias(props) ?? this.handler;
  }

  /** The environment variables that are references to secrets. */
  private references(props: BackendProps): Record<string, Reference> {
    return {
      ...Object.fromEntries(Object.entries(props.secrets).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, secret]) => [`${VALUE_FROM}${name}`, secret])),
      ...props.environmentSecret && { [ADAPTER.environmentSecret]: wholeSecret(props.environmentSecret) },
      ...this.rootSecret && { [ADAPTER.rootSecret]: wholeSecret(this.rootSecret) },
      ...referencesIn(props.bindings),
    };
  }

  /** Workers of another release do not get the requests of a new relay, so this changes whenever a worker would behave differently. */
  private release({ revision }: LambdaImage, variables: Record<string, string>): string {
    const resolved: unknown = Stack.of(this).resolve({ revision, variables });
    return createHash('sha256').update(JSON.stringify(sorted(resolved))).digest('hex').slice(0, 16);
  }

  /** The permissions of the Terraform module, and those that only this library needs. */
  private createRole(references: Record<string, Reference>): iam.Role {
    const role = createExecutionRole(this, 'LibreChat', this.logGroup, { ...this.inputs, references });
    const objects = this.filesBucket.arnForObjects('*');
    allow(role, ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], objects);
    // Without it, S3 responds to requests for a missing object with 403, and LibreChat never deletes the record of the file.
    allow(role, ['s3:ListBucket'], this.filesBucket.bucketArn);
    this.filesBucket.encryptionKey?.grantEncryptDecrypt(role);
    allow(role, ['ssm:PutParameter'], this.inputs.releaseParameter.parameterArn);
    suppressNag(role.node.findChild('DefaultPolicy'), {
      id: 'AwsSolutions-IAM5',
      reason: 'All objects in the bucket are files of LibreChat, and CDK grants these actions on its key',
      appliesTo: [wildcardFinding(this, objects), 'Action::kms:GenerateDataKey*', 'Action::kms:ReEncrypt*'],
    });
    return role;
  }

  /** Workers record their release in it, so that an older release does not start with data that it cannot read. */
  private createReleaseParameter(): ssm.StringParameter {
    return new ssm.StringParameter(this, 'Release', {
      description: 'LibreChat: newest release that has served',
      stringValue: NO_RELEASE,
    });
  }

  private createSealingSecret(encryptionKey?: IKey): secretsmanager.Secret {
    const secret = new secretsmanager.Secret(this, 'SealingSecret', {
      description: 'LibreChat: encrypts requests and responses on their way through Redis',
      encryptionKey,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
    suppressNag(secret, { id: 'AwsSolutions-SMG4', reason: 'Relay and workers would have to rotate it at the same time' });
    return secret;
  }

  private createSecurityGroup(vpc: ec2.IVpc): ec2.SecurityGroup {
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', { vpc, description: 'LibreChat', allowAllOutbound: false });
    securityGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.HTTPS, 'HTTPS to AWS, model providers and tools');
    return securityGroup;
  }

  private createAlias({ image, provisionedConcurrentExecutions, network, bindings }: BackendProps): lambda.Alias | undefined {
    if (provisionedConcurrentExecutions === undefined) return undefined;
    // The digest of an image that is built during the deployment is the same reference in every template.
    if (!Token.isUnresolved(image.revision)) this.handler.invalidateVersionBasedOn(image.revision);
    const alias = new lambda.Alias(this, 'Live', { aliasName: 'live', version: this.handler.currentVersion });
    // The prop of `Alias` does not accept tokens.
    (alias.node.defaultChild as lambda.CfnAlias).provisionedConcurrencyConfig = { provisionedConcurrentExecutions };
    // LibreChat starts when the alias is created, so its database, Redis, the security group rules and the routes must exist.
    alias.node.addDependency(...bindings.flatMap(({ server }) => server ?? []));
    if (network) {
      const { internetConnectivityEstablished } = network.vpc.selectSubnets(network.vpcSubnets);
      alias.node.addDependency(...this.handler.connections.securityGroups, internetConnectivityEstablished);
    }
    return alias;
  }
}

function arnsOf(references: Record<string, Reference>): Record<string, string> {
  return Object.fromEntries(Object.entries(references).map(([name, { arn }]) => [name, arn]));
}

function siteVariables({ siteUrl, urlParameterName }: BackendProps): Record<string, string> {
  if (siteUrl !== undefined) return { DOMAIN_CLIENT: siteUrl, DOMAIN_SERVER: siteUrl };
  return { [ADAPTER.urlParameter]: urlParameterName! };
}
