import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as docdb from 'aws-cdk-lib/aws-docdb';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { ADAPTER } from '../contract/variables';
import { type Binding, wholeSecret } from '../private/binding';
import { acknowledgeValidation, suppressNag } from '../private/nag';

/** DocumentDB Serverless and LibreChat require 5.0. */
const ENGINE_VERSION = '5.0.0';

export interface DatabaseProps {
  readonly vpc: ec2.IVpc;
  readonly vpcSubnets: ec2.SubnetSelection;
  readonly minCapacity: number;
  readonly maxCapacity: number;
  readonly instances: number;
  readonly removalPolicy?: RemovalPolicy;
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

  /** With RETAIN, the cluster also keeps its subnets from being deleted. A final snapshot keeps the data only. */
  private createCluster({ vpc, vpcSubnets, minCapacity, maxCapacity, removalPolicy = RemovalPolicy.SNAPSHOT }: DatabaseProps): docdb.DatabaseCluster {
    const cluster = new docdb.DatabaseCluster(this, 'Cluster', {
      vpc,
      vpcSubnets,
      engineVersion: ENGINE_VERSION,
      serverlessV2ScalingConfiguration: { minCapacity, maxCapacity },
      masterUser: { username: 'librechat', excludeCharacters: '"@/:%\\\'' },
      storageEncrypted: true,
      removalPolicy,
      deletionProtection: removalPolicy === RemovalPolicy.RETAIN,
      copyTagsToSnapshot: true,
      backup: { retention: Duration.days(7) },
    });
    // Nobody can log in to a retained cluster without its password.
    if (removalPolicy === RemovalPolicy.RETAIN) (cluster.node.findChild('Secret') as docdb.DatabaseSecret).applyRemovalPolicy(removalPolicy);
    suppressNag(cluster.node.findChild('Secret'), {
      id: 'AwsSolutions-SMG4',
      reason: 'Execution environments read the password when they start, and would lose their connections after a rotation',
    });
    suppressNag(cluster,
      { id: 'CdkNagValidationFailure', reason: 'The rule for plain-text passwords cannot read a reference to the generated secret' },
      { id: 'AwsSolutions-DOC2', reason: 'The security group allows connections from the function only, so another port adds no protection' },
      { id: 'AwsSolutions-DOC5', reason: 'LibreChat is the only client, and writes its own log; audit logs would cost as much as the cluster' },
    );
    return cluster;
  }

  /** `DatabaseCluster` creates no instances for a serverless cluster. @see https://github.com/aws/aws-cdk/issues/37011 */
  private createInstances({ instances, removalPolicy }: DatabaseProps): void {
    for (let number = 1; number <= instances; number++) {
      const instance = new docdb.CfnDBInstance(this, `Instance${number}`, {
        dbClusterIdentifier: this.cluster.clusterIdentifier,
        dbInstanceClass: 'db.serverless',
      });
      acknowledgeValidation(instance, 'E3620', 'The list of instance classes does not contain db.serverless');
      instance.applyRemovalPolicy(removalPolicy === RemovalPolicy.RETAIN ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
    }
  }
}
