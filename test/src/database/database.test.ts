import { resourceOf, resources, templateOf, text } from '../reading';

test('minimal: a serverless cluster with the one instance that CDK does not create', () => {
  const template = templateOf('minimal');
  expect(resourceOf(template, 'AWS::DocDB::DBCluster').Properties).toMatchObject({
    EngineVersion: '5.0.0',
    ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 8 },
    StorageEncrypted: true,
    BackupRetentionPeriod: 7,
    DeletionProtection: false,
  });
  const instances = resources(template, 'AWS::DocDB::DBInstance');
  expect(instances.map(([, { Properties }]) => [text(Properties.DBClusterIdentifier), Properties.DBInstanceClass])).toEqual([['<ChatDatabaseCluster>', 'db.serverless']]);
});

test('the password is generated, and does not rotate', () => {
  const template = templateOf('minimal');
  const { MasterUsername, MasterUserPassword } = resourceOf(template, 'AWS::DocDB::DBCluster').Properties;
  expect([MasterUsername, MasterUserPassword].map(text)).toEqual([
    '{{resolve:secretsmanager:<ChatDatabaseClusterSecret>:SecretString:username::}}',
    '{{resolve:secretsmanager:<ChatDatabaseClusterSecret>:SecretString:password::}}',
  ]);
  expect(resources(template, 'AWS::SecretsManager::RotationSchedule')).toEqual([]);
});

test('only the function may connect', () => {
  const ingress = resources(templateOf('minimal'), 'AWS::EC2::SecurityGroupIngress').filter(([logicalId]) => logicalId.includes('Database'));
  expect(ingress.map(([, { Properties }]) => text(Properties.SourceSecurityGroupId))).toEqual(['<ChatBackendSecurityGroup.GroupId>']);
});

test('maximal: two instances, larger, and kept', () => {
  const template = templateOf('maximal');
  expect(resourceOf(template, 'AWS::DocDB::DBCluster')).toMatchObject({
    DeletionPolicy: 'RetainExceptOnCreate',
    // A rollback of the creation could not delete a protected cluster.
    Properties: { ServerlessV2ScalingConfiguration: { MinCapacity: 1, MaxCapacity: 16 }, DeletionProtection: false },
  });
  expect(resources(template, 'AWS::DocDB::DBInstance').map(([, { DeletionPolicy }]) => DeletionPolicy)).toEqual(['RetainExceptOnCreate', 'RetainExceptOnCreate']);
});

test('the database has no egress', () => {
  const group = resourceOf(templateOf('minimal'), 'AWS::EC2::SecurityGroup', 'DatabaseSecurityGroup').Properties;
  expect(group.SecurityGroupEgress).toEqual([expect.objectContaining({ CidrIp: '255.255.255.255/32', IpProtocol: 'icmp' })]);
  expect(resources(templateOf('minimal'), 'AWS::EC2::SecurityGroupEgress').filter(([logicalId]) => logicalId.includes('Database') && !logicalId.includes('Backend'))).toEqual([]);
});
