import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as docdb from 'aws-cdk-lib/aws-docdb';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { ADAPTER } from './contract/variables';
import { acknowledgeValidation } from './private/acknowledge';
import { type Binding, wholeSecret } from './private/binding';
import { accept } from './private/nag';
import { allowPort, type Network } from './private/network';
import { validateCapacity } from './private/validate-database';
import { validateInteger } from './private/validation';

/** DocumentDB Serverless, and what a LibreChat of today needs, begin here. */
const ENGINE_VERSION = '5.0.0';

/** Options of `LibreChatDatabase.documentDb()`. */
export interface LibreChatDocumentDbOptions {
  /**
   * The least that each instance scales down to, in DocumentDB capacity units of about 2 GiB: 0.5 to 256, in halves, and at most
   * `maxCapacity`.
   *
   * @see https://docs.aws.amazon.com/documentdb/latest/developerguide/docdb-serverless-scaling-config.html
   * @default 0.5
   */
  readonly minCapacity?: number;

  /**
   * The most that each instance scales up to, in DocumentDB capacity units of about 2 GiB: 1 to 256, in halves.
   *
   * @default 8
   */
  readonly maxCapacity?: number;

  /**
   * Instances, 1 to 16. With two or more, another zone takes over when the first fails; each costs the same.
   *
   * @default 1
   */
  readonly instances?: number;
}

interface BoundDatabase extends Binding {
  readonly cluster?: docdb.DatabaseCluster;
}

type Bind = (scope: Construct, network?: Network, removalPolicy?: RemovalPolicy) => BoundDatabase;

/** The MongoDB that holds users and conversations: one that is made, or any other. */
export class LibreChatDatabase {
  /**
   * A DocumentDB Serverless cluster in the VPC, encrypted, with a generated password that does not rotate.
   *
   * Idle, it costs its `minCapacity`, about 30 dollars a month for half a unit. `removalPolicy` says what becomes of it with the
   * stack.
   *
   * @see https://docs.aws.amazon.com/documentdb/latest/developerguide/docdb-serverless.html
   * @example
   * new LibreChatServerless(this, 'Chat', {
   *   database: LibreChatDatabase.documentDb({ instances: 2, maxCapacity: 16 }),
   * });
   */
  public static documentDb(options: LibreChatDocumentDbOptions = {}): LibreChatDatabase {
    const { minCapacity = 0.5, maxCapacity = 8, instances = 1 } = options;
    validateCapacity(minCapacity, maxCapacity);
    validateInteger('instances', instances, 1, 16);
    return new LibreChatDatabase((scope, network, removalPolicy) => {
      const cluster = createCluster(scope, network!, { minCapacity, maxCapacity }, removalPolicy);
      createInstances(cluster, instances, removalPolicy);
      return {
        cluster,
        references: { [ADAPTER.databaseSecret]: wholeSecret(cluster.secret!) },
        peer: cluster,
        connect: (client) => cluster.connections.allowDefaultPortFrom(client, 'LibreChat to DocumentDB'),
      };
    }, true);
  }

  /**
   * Any MongoDB that you run or rent: Atlas, or a DocumentDB cluster that exists (5.0 or newer, with
   * `tls=true&tlsCAFile=/opt/librechat-serverless/documentdb-ca.pem&retryWrites=false&authSource=admin&authMechanism=SCRAM-SHA-1` in its
   * URI).
   *
   * Where the function is in a VPC, it may connect to port 27017 of any address; other ports are yours to open
   * (`connections`), as is the database's own security group.
   *
   * @param uri the whole URI, password included: `mongodb+srv://user:password@host/LibreChat`
   * @example
   * new LibreChatServerless(this, 'Chat', {
   *   database: LibreChatDatabase.fromUri(ecs.Secret.fromSecretsManager(mongoUri)),
   * });
   */
  public static fromUri(uri: ecs.Secret): LibreChatDatabase {
    const binding: Binding = {
      references: { VALUE_FROM_MONGO_URI: uri },
      connect: (client) => allowPort(client, 27017, 'MongoDB'),
    };
    return new LibreChatDatabase(() => binding, false);
  }

  /** @internal */
  public readonly _bind: Bind;

  /** @internal */
  public readonly _needsVpc: boolean;

  private constructor(bind: Bind, needsVpc: boolean) {
    this._bind = bind;
    this._needsVpc = needsVpc;
  }
}

/** Kept, a cluster also keeps its subnets from being deleted; a final snapshot keeps the data and nothing else. */
function createCluster(
  scope: Construct,
  network: Network,
  serverlessV2ScalingConfiguration: docdb.ServerlessV2ScalingConfiguration,
  removalPolicy = RemovalPolicy.SNAPSHOT,
): docdb.DatabaseCluster {
  const cluster = new docdb.DatabaseCluster(scope, 'Database', {
    ...network,
    engineVersion: ENGINE_VERSION,
    serverlessV2ScalingConfiguration,
    masterUser: { username: 'librechat', excludeCharacters: '"@/:%\\\'' },
    storageEncrypted: true,
    removalPolicy,
    deletionProtection: removalPolicy === RemovalPolicy.RETAIN,
    copyTagsToSnapshot: true,
    backup: { retention: Duration.days(7) },
  });
  if (removalPolicy === RemovalPolicy.RETAIN) {
    // A cluster that is kept is of no use without its password.
    (cluster.node.findChild('Secret') as docdb.DatabaseSecret).applyRemovalPolicy(removalPolicy);
  }
  accept(cluster.node.findChild('Secret'), {
    id: 'AwsSolutions-SMG4',
    reason: 'Running environments read the password when they start, and would lose the database at a rotation',
  });
  accept(cluster,
    { id: 'CdkNagValidationFailure', reason: 'The rule for plain-text passwords cannot read a reference to the generated secret' },
    { id: 'AwsSolutions-DOC2', reason: 'The port is open to the function alone, and an unusual one would hide it from nobody' },
    { id: 'AwsSolutions-DOC5', reason: 'LibreChat is the only client, and its own log says what it does; audit logs would cost as much as the cluster' },
  );
  return cluster;
}

/** `DatabaseCluster` makes none for a serverless cluster. @see https://github.com/aws/aws-cdk/issues/37011 */
function createInstances(cluster: docdb.DatabaseCluster, instances: number, removalPolicy?: RemovalPolicy): void {
  for (let number = 1; number <= instances; number++) {
    const instance = new docdb.CfnDBInstance(cluster, `Instance${number}`, {
      dbClusterIdentifier: cluster.clusterIdentifier,
      dbInstanceClass: 'db.serverless',
    });
    acknowledgeValidation(instance, 'E3620', 'The list of classes has none of the serverless ones');
    instance.applyRemovalPolicy(removalPolicy === RemovalPolicy.RETAIN ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
  }
}
