import { CfnResource, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import * as docdb from 'aws-cdk-lib/aws-docdb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { ADAPTER } from '../contract/variables';
import { type Binding, wholeSecret } from '../private/binding';
import { acknowledgeValidation, suppressNag } from '../private/nag';
import { RETAIN, retained } from '../private/retention';

/** DocumentDB Serverless and LibreChat require 5.0. */
const ENGINE_VERSION = '5.0.0';

export interface DatabaseProps {
  readonly vpc: ec2.IVpc;
  readonly vpcSubnets: ec2.SubnetSelection;
  readonly minCapacity: number;
  readonly maxCapacity: number;
  readonly instances: number;
  readonly removalPolicy?: RemovalPolicy;
  readonly encryptionKey?: IKey;
}

/** A DocumentDB Serverless cluster with a generated password. */
export class Database extends Construct {
  public readonly cluster: docdb.DatabaseCluster;
  public readonly secret: ISecret;

  constructor(scope: Construct, id: string, props: DatabaseProps) {
    super(scope, id);
    this.cluster = this.createCluster(props);
    this.secret = this.cluster.secret!;
    this.createInstances(props);
  }

  public binding(): Binding {
    return {
      references: { [ADAPTER.databaseSecret]: wholeSecret(this.secret) },
      server: this,
      connect: (client) => this.cluster.connections.allowDefaultPortFrom(client, 'LibreChat to DocumentDB'),
    };
  }

  /** A metric of the primary instance. LibreChat neither reads from nor writes to the others. */
  public metric(metricName: string, options?: MetricOptions): Metric {
    return new Metric({
      namespace: 'AWS/DocDB',
      metricName,
      dimensionsMap: { DBClusterIdentifier: this.cluster.clusterIdentifier, Role: 'WRITER' },
      statistic: 'Average',
      ...options,
    }).attachTo(this.cluster);
  }

  private createCluster(props: DatabaseProps): docdb.DatabaseCluster {
    const { vpc, vpcSubnets, minCapacity, maxCapacity, encryptionKey, removalPolicy = RemovalPolicy.SNAPSHOT } = props;
    const cluster = new docdb.DatabaseCluster(this, 'Cluster', {
      vpc,
      vpcSubnets,
      engineVersion: ENGINE_VERSION,
      serverlessV2ScalingConfiguration: { minCapacity, maxCapacity },
      securityGroup: new ec2.SecurityGroup(this, 'SecurityGroup', { vpc, description: 'LibreChat: DocumentDB', allowAllOutbound: false }),
      masterUser: { username: 'librechat', excludeCharacters: '"@/:%\\\'', kmsKey: encryptionKey },
      storageEncrypted: true,
      kmsKey: encryptionKey,
      removalPolicy: retained(removalPolicy),
      // With it, the rollback of the deployment that creates the cluster would fail.
      deletionProtection: false,
      copyTagsToSnapshot: true,
      backup: { retention: Duration.days(7) },
    });
    if (removalPolicy === RemovalPolicy.RETAIN) this.retain(cluster);
    suppressNag(cluster.node.findChild('Secret'), {
      id: 'AwsSolutions-SMG4',
      reason: 'Execution environments read the password when they start, and would lose their connections after a rotation',
    });
    suppressNag(cluster,
      { id: 'CdkNagValidationFailure', idInVersion3: 'AwsSolutions-DOC3', reason: 'The rule for plain-text passwords cannot read a reference to the generated secret' },
      { id: 'AwsSolutions-DOC2', reason: 'The security group allows connections from the function only, so another port adds no protection' },
      {
        id: 'AwsSolutions-DOC5',
        reason: 'LibreChat is the only client, and writes its own log; audit logs would cost as much as the cluster',
        appliesTo: ['LogExport::authenticate', 'LogExport::createIndex', 'LogExport::dropCollection'],
      },
    );
    return cluster;
  }

  /**
   * Resources that a retained cluster uses: CloudFormation cannot delete its subnet group and its security group, and clients need its
   * password and address.
   */
  private retain(cluster: docdb.DatabaseCluster): void {
    const secret = cluster.node.findChild('Secret');
    for (const used of [this.node.findChild('SecurityGroup'), cluster.node.findChild('Subnets'), secret, secret.node.findChild('Attachment')]) {
      (CfnResource.isCfnResource(used) ? used : used.node.defaultChild as CfnResource).applyRemovalPolicy(RETAIN);
    }
  }

  /**
   * `DatabaseCluster` creates no instances for a serverless cluster. Those that a later release may create are removed, so that the
   * instances of a deployment keep their logical ids.
   *
   * @see https://github.com/aws/aws-cdk/issues/37011
   */
  private createInstances({ instances, removalPolicy }: DatabaseProps): void {
    const ofCdk = this.cluster.node.findAll().filter((child) => child instanceof docdb.CfnDBInstance);
    for (const { node } of ofCdk) node.scope!.node.tryRemoveChild(node.id);
    for (let number = 1; number <= instances; number++) {
      const instance = new docdb.CfnDBInstance(this, `Instance${number}`, {
        dbClusterIdentifier: this.cluster.clusterIdentifier,
        dbInstanceClass: 'db.serverless',
      });
      acknowledgeValidation(instance, 'E3620', 'The list of instance classes does not contain db.serverless');
      instance.applyRemovalPolicy(removalPolicy === RemovalPolicy.RETAIN ? RETAIN : RemovalPolicy.DESTROY);
    }
  }
}
