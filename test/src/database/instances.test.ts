import type * as docdb from 'aws-cdk-lib/aws-docdb';
import type { Construct } from 'constructs';
import { resources, templateOf } from '../reading';

/** The L2 construct of a future CDK release, which may create instances for serverless clusters. */
jest.mock('aws-cdk-lib/aws-docdb', () => {
  const { DatabaseCluster, CfnDBInstance } = jest.requireActual<typeof docdb>('aws-cdk-lib/aws-docdb');
  const { Construct: Part } = jest.requireActual<{ Construct: typeof Construct }>('constructs');
  class WithInstances extends DatabaseCluster {
    constructor(scope: Construct, id: string, props: docdb.DatabaseClusterProps) {
      super(scope, id, props);
      const instance = { dbClusterIdentifier: this.clusterIdentifier, dbInstanceClass: 'db.serverless' };
      new CfnDBInstance(this, 'Instance1', instance);
      new CfnDBInstance(new Part(this, 'Reader'), 'Resource', instance);
    }
  }
  return { DatabaseCluster: WithInstances, CfnDBInstance };
});

test.each([
  ['minimal', ['ChatDatabaseInstance1587723B9']],
  ['maximal', ['ChatDatabaseInstance1587723B9', 'ChatDatabaseInstance2A299AB3F']],
] as const)('the %s variant has the same instances when CDK creates some itself', (name, expected) => {
  expect(resources(templateOf(name), 'AWS::DocDB::DBInstance').map(([logicalId]) => logicalId)).toEqual(expected);
});
