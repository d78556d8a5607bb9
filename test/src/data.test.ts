import { resources, templateOf, text } from './reading';
import { VARIANTS } from '../../fixtures/variants';

describe('data', () => {
  /** Resources that are lost if their logical id changes: CloudFormation would create a new one, and delete the old one. */
  const STATEFUL = [
    'AWS::S3::Bucket', 'AWS::DocDB::DBCluster', 'AWS::DocDB::DBInstance', 'AWS::ElastiCache::ReplicationGroup', 'AWS::SecretsManager::Secret',
    'AWS::ECR::Repository',
  ];

  function stateful(name: keyof typeof VARIANTS) {
    const found = STATEFUL.flatMap((type) => resources(templateOf(name), type));
    return Object.fromEntries(found.map(([logicalId, { DeletionPolicy }]) => [logicalId, DeletionPolicy]));
  }

  /** Properties whose change replaces a resource, from CloudFormation's schemas. */
  const CREATE_ONLY: Record<string, string[]> = {
    'AWS::S3::Bucket': ['BucketName', 'BucketNamePrefix', 'BucketNamespace'],
    'AWS::DocDB::DBCluster': [
      'AvailabilityZones', 'DBClusterIdentifier', 'DBSubnetGroupName', 'KmsKeyId', 'MasterUsername', 'SnapshotIdentifier', 'SourceDBClusterIdentifier',
      'StorageEncrypted',
    ],
    'AWS::DocDB::DBInstance': ['AvailabilityZone', 'DBClusterIdentifier', 'DBInstanceIdentifier'],
    'AWS::DocDB::DBSubnetGroup': ['DBSubnetGroupName'],
    'AWS::ElastiCache::ReplicationGroup': [
      'AtRestEncryptionEnabled', 'AuthToken', 'CacheSubnetGroupName', 'DataTieringEnabled', 'GlobalReplicationGroupId', 'KmsKeyId', 'NetworkType',
      'NodeGroupConfiguration', 'Port', 'PreferredCacheClusterAZs', 'ReplicasPerNodeGroup', 'ReplicationGroupId', 'SnapshotArns', 'SnapshotName',
    ],
    'AWS::ElastiCache::SubnetGroup': ['CacheSubnetGroupName'],
    'AWS::SecretsManager::Secret': ['Name'],
    'AWS::SecretsManager::SecretTargetAttachment': ['SecretId'],
    'AWS::ECR::Repository': ['EncryptionConfiguration', 'RepositoryName'],
    'AWS::ApiGateway::ApiKey': ['GenerateDistinctId', 'Name', 'Value'],
    'AWS::ApiGateway::UsagePlanKey': ['KeyId', 'KeyType', 'UsagePlanId'],
  };

  /** The values that must not change, by logical id. */
  function createOnlyValues(name: keyof typeof VARIANTS): Record<string, Record<string, string>> {
    const found = Object.entries(CREATE_ONLY).flatMap(([type, properties]) => resources(templateOf(name), type).map(([logicalId, { Properties }]) => {
      const set = properties.filter((property) => Properties?.[property] !== undefined);
      return [logicalId, Object.fromEntries(set.map((property) => [property, text(Properties[property])]))] as const;
    }));
    return Object.fromEntries(found.filter(([, values]) => Object.keys(values).length > 0));
  }

  test('minimal: no property that would replace data has changed', () => {
    expect(createOnlyValues('minimal')).toEqual({
      ChatDatabaseCluster4698A913: {
        DBSubnetGroupName: '<ChatDatabaseClusterSubnets>',
        MasterUsername: '{{resolve:secretsmanager:<ChatDatabaseClusterSecret>:SecretString:username::}}',
        StorageEncrypted: 'true',
      },
      ChatDatabaseInstance1587723B9: { DBClusterIdentifier: '<ChatDatabaseCluster>' },
      ChatDatabaseClusterSecretAttachmentEAC03E0C: { SecretId: '<ChatDatabaseClusterSecret>' },
      ChatRedisReplicationGroupDBC8670F: {
        AtRestEncryptionEnabled: 'true',
        AuthToken: '{{resolve:secretsmanager:<ChatRedisAuthToken>:SecretString:::}}',
        CacheSubnetGroupName: '<ChatRedisSubnets>',
        Port: '6379',
      },
      ChatApiGatewayRestApiKey24D2EAE2: { Value: '{{resolve:secretsmanager:<ChatApiGatewayApiKey>:SecretString:::}}' },
      ChatApiGatewayRestApiUsagePlanUsagePlanKeyResourceStackChatApiGatewayRestApiKey4E0174D7ABB6DA42: {
        KeyId: '<ChatApiGatewayRestApiKey>', KeyType: 'API_KEY', UsagePlanId: '<ChatApiGatewayRestApiUsagePlan>',
      },
    });
  });

  test('maximal: the same, and the key', () => {
    const { ChatDatabaseCluster4698A913: cluster, ChatRedisReplicationGroupDBC8670F: group, ...others } = createOnlyValues('maximal');
    const { ChatDatabaseCluster4698A913: minimalCluster, ChatRedisReplicationGroupDBC8670F: minimalGroup, ...minimalOthers } = createOnlyValues('minimal');
    const key = expect.stringMatching(/^arn:<AWS::Partition>:kms:.*:key\/0a1b2c3d-0000-4000-8000-000000000000$/);
    expect(cluster).toEqual({ ...minimalCluster, KmsKeyId: key });
    expect(group).toEqual({ ...minimalGroup, KmsKeyId: key });
    expect(others).toEqual({ ...minimalOthers, ChatDatabaseInstance2A299AB3F: { DBClusterIdentifier: '<ChatDatabaseCluster>' } });
  });

  test('no resource with data has a physical name, which would prevent its replacement', () => {
    for (const name of Object.keys(VARIANTS) as Array<keyof typeof VARIANTS>) {
      const values = Object.values(createOnlyValues(name)).flatMap((properties) => Object.entries(properties));
      const names = values.filter(([property, value]) => /(Name|Identifier|Id|Prefix)$/.test(property) && property !== 'KmsKeyId' && !value.includes('<'));
      expect(names).toEqual([]);
    }
  });

  test('minimal: files and the root secret are retained, the database leaves a snapshot, the rest is deleted', () => {
    expect(stateful('minimal')).toEqual({
      ChatApiGatewayApiKey3B085F0E: 'Delete',
      ChatBackendFilesBucket0094F8F0: 'RetainExceptOnCreate',
      ChatBackendRootSecretE07F07AE: 'RetainExceptOnCreate',
      ChatBackendSealingSecret9B520461: 'Delete',
      ChatDatabaseCluster4698A913: 'Snapshot',
      ChatDatabaseInstance1587723B9: 'Delete',
      ChatDatabaseClusterSecret6DA268CB: 'Delete',
      ChatFrontendBucket726270E5: 'Delete',
      ChatRedisAuthToken55F30A0A: 'Delete',
      ChatRedisReplicationGroupDBC8670F: undefined,
    });
  });

  test('maximal: the same logical ids, and RETAIN retains all data', () => {
    expect(stateful('maximal')).toEqual({
      ChatApiGatewayApiKey3B085F0E: 'Delete',
      ChatBackendRootSecretE07F07AE: 'RetainExceptOnCreate',
      ChatBackendSealingSecret9B520461: 'Delete',
      ChatCanaryAccount29E60A42: 'Delete',
      ChatDatabaseCluster4698A913: 'RetainExceptOnCreate',
      ChatDatabaseInstance1587723B9: 'RetainExceptOnCreate',
      ChatDatabaseInstance2A299AB3F: 'RetainExceptOnCreate',
      ChatDatabaseClusterSecret6DA268CB: 'RetainExceptOnCreate',
      ChatFrontendBucket726270E5: 'Delete',
      ChatRedisAuthToken55F30A0A: 'Delete',
      ChatRedisReplicationGroupDBC8670F: undefined,
    });
  });

  test('an image that was built in the account is deleted with its repository, unless the data is retained', () => {
    expect(stateful('code-build')).toMatchObject({ ChatImageBuildRepository2BE8D70D: 'Delete' });
  });

  test('DESTROY deletes all data, and empties the buckets', () => {
    const policies = stateful('destroy');
    expect(new Set(Object.values(policies))).toEqual(new Set(['Delete', undefined]));
    expect(resources(templateOf('destroy'), 'Custom::S3AutoDeleteObjects').map(([, { Properties }]) => text(Properties.BucketName)).sort())
      .toEqual(['<ChatBackendFilesBucket>', '<ChatFrontendBucket>']);
  });
});
