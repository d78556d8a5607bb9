import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { CfnReplicationGroup, CfnSubnetGroup } from 'aws-cdk-lib/aws-elasticache';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { type Binding, wholeSecret } from '../private/binding';
import { suppressNag } from '../private/nag';

const PORT = 6379;

export interface RedisProps {
  readonly vpc: ec2.IVpc;
  readonly vpcSubnets: ec2.SubnetSelection;
  readonly engine: string;
  readonly engineVersion: string;
  readonly nodeType: string;
  readonly replicas: number;
  readonly encryptionKey?: IKey;
}

/** An ElastiCache replication group with TLS and a generated password. */
export class Redis extends Construct implements ec2.IConnectable {
  public readonly replicationGroup: CfnReplicationGroup;
  public readonly authToken: secretsmanager.ISecret;
  public readonly connections: ec2.Connections;
  private readonly nodes: number;

  constructor(scope: Construct, id: string, props: RedisProps) {
    super(scope, id);

    this.nodes = 1 + props.replicas;
    this.authToken = this.createAuthToken(props.encryptionKey);
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc: props.vpc,
      description: 'LibreChat: Redis',
      allowAllOutbound: false,
    });
    this.connections = new ec2.Connections({ securityGroups: [securityGroup], defaultPort: ec2.Port.tcp(PORT) });

    const subnets = new CfnSubnetGroup(this, 'Subnets', {
      description: 'LibreChat: Redis',
      subnetIds: props.vpc.selectSubnets(props.vpcSubnets).subnetIds,
    });
    this.replicationGroup = this.createReplicationGroup(props, subnets, securityGroup);
  }

  /** The URI is in the template, so it does not contain the password. */
  public binding(): Binding {
    const { attrPrimaryEndPointAddress: host, attrPrimaryEndPointPort: port } = this.replicationGroup;
    return {
      variables: { REDIS_URI: `rediss://${host}:${port}` },
      references: { VALUE_FROM_REDIS_PASSWORD: wholeSecret(this.authToken) },
      server: this,
      connect: (client) => this.connections.allowDefaultPortFrom(client, 'LibreChat to Redis'),
    };
  }

  /** A metric of the first node, which is the primary node unless another one has taken over. */
  public metric(metricName: string, options?: MetricOptions): Metric {
    return this.metrics(metricName, options)[0];
  }

  /** A metric of each node: ElastiCache has no metrics of a replication group, and numbers its nodes from 001. */
  public metrics(metricName: string, options?: MetricOptions): Metric[] {
    return Array.from({ length: this.nodes }, (_, i) => new Metric({
      namespace: 'AWS/ElastiCache',
      metricName,
      dimensionsMap: { CacheClusterId: `${this.replicationGroup.ref}-00${i + 1}` },
      statistic: 'Average',
      ...options,
    }).attachTo(this.replicationGroup));
  }

  private createAuthToken(encryptionKey?: IKey): secretsmanager.Secret {
    const secret = new secretsmanager.Secret(this, 'AuthToken', {
      description: 'LibreChat: password of Redis',
      encryptionKey,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
    suppressNag(secret, { id: 'AwsSolutions-SMG4', reason: 'ElastiCache and all execution environments would have to rotate it at the same time' });
    return secret;
  }

  private createReplicationGroup(props: RedisProps, subnets: CfnSubnetGroup, securityGroup: ec2.ISecurityGroup): CfnReplicationGroup {
    const replicated = props.replicas > 0;
    const group = new CfnReplicationGroup(this, 'ReplicationGroup', {
      replicationGroupDescription: 'LibreChat: sessions, cache and events of streamed responses',
      engine: props.engine,
      engineVersion: props.engineVersion,
      cacheNodeType: props.nodeType,
      numCacheClusters: this.nodes,
      automaticFailoverEnabled: replicated,
      multiAzEnabled: replicated,
      atRestEncryptionEnabled: true,
      kmsKeyId: props.encryptionKey?.keyArn,
      transitEncryptionEnabled: true,
      transitEncryptionMode: 'required',
      authToken: this.authToken.secretValue.unsafeUnwrap(),
      port: PORT,
      cacheSubnetGroupName: subnets.ref,
      securityGroupIds: [securityGroup.securityGroupId],
    });
    suppressNag(group,
      { id: 'AwsSolutions-AEC5', reason: 'The security group allows connections from the function only, so another port adds no protection' },
      ...replicated ? [] : [{ id: 'AwsSolutions-AEC4', reason: 'One node is the least expensive option; `replicas` adds nodes in other Availability Zones' }],
    );
    return group;
  }
}
