import { CfnParameter, Stack, Token } from 'aws-cdk-lib';
import { resources, templateOf, text, resourceOf } from './reading';
import { LibreChatDatabase } from '../../src';

test('minimal: a serverless cluster with the one instance that CDK forgets', () => {
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
    DeletionPolicy: 'Retain',
    Properties: { ServerlessV2ScalingConfiguration: { MinCapacity: 1, MaxCapacity: 16 }, DeletionProtection: true },
  });
  expect(resources(template, 'AWS::DocDB::DBInstance').map(([, { DeletionPolicy }]) => DeletionPolicy)).toEqual(['Retain', 'Retain']);
});

test.each([[0.5, 1], [256, 256], [1.5, 2]])('takes capacities from %d to %d', (minCapacity, maxCapacity) => {
  expect(() => LibreChatDatabase.documentDb({ minCapacity, maxCapacity })).not.toThrow();
});

test.each([
  [{ minCapacity: 0 }, '`minCapacity` must be between 0.5 and 256 in increments of 0.5, got: 0'],
  [{ minCapacity: 0.7 }, '`minCapacity` must be between 0.5 and 256 in increments of 0.5, got: 0.7'],
  [{ maxCapacity: 0.5 }, '`maxCapacity` must be between 1 and 256 in increments of 0.5, got: 0.5'],
  [{ maxCapacity: 256.5 }, '`maxCapacity` must be between 1 and 256 in increments of 0.5, got: 256.5'],
  [{ minCapacity: 4, maxCapacity: 2 }, '`minCapacity` must be at most `maxCapacity` (2), got: 4'],
  [{ instances: 0 }, '`instances` must be an integer between 1 and 16, got: 0'],
  [{ instances: 17 }, '`instances` must be an integer between 1 and 16, got: 17'],
])('fails when %j', (options, message) => {
  expect(() => LibreChatDatabase.documentDb(options)).toThrow(message);
});

test('what is known only at deployment passes', () => {
  const unknown = Token.asNumber(new CfnParameter(new Stack(), 'Units', { type: 'Number' }).value);
  expect(() => LibreChatDatabase.documentDb({ minCapacity: unknown })).not.toThrow();
  expect(() => LibreChatDatabase.documentDb({ maxCapacity: unknown })).not.toThrow();
});
