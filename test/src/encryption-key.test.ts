import { App, Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { resourceOf, resources, statements, templateOf, templateWith, text } from './reading';
import { EUROPE, stackIn } from '../../fixtures/variants';
import { LibreChatImage, LibreChatServerless } from '../../src';

const withKey = templateWith((stack) => new LibreChatServerless(stack, 'Chat', { image: LibreChatImage.fromCodeBuild(), encryptionKey: new Key(stack, 'Key') }));

test.each([
  ['AWS::SecretsManager::Secret', 'KmsKeyId', 5],
  ['AWS::Logs::LogGroup', 'KmsKeyId', 7],
  ['AWS::DocDB::DBCluster', 'KmsKeyId', 1],
  ['AWS::ElastiCache::ReplicationGroup', 'KmsKeyId', 1],
])('each %s is encrypted with the key', (type, property, count) => {
  expect(resources(withKey, type).map(([, { Properties }]) => text(Properties[property]))).toEqual(Array(count).fill('<Key.Arn>'));
});

test('the bucket for files is encrypted with the key, and the public client is not', () => {
  const encryption = (word: string) => resourceOf(withKey, 'AWS::S3::Bucket', word).Properties.BucketEncryption.ServerSideEncryptionConfiguration;
  expect(encryption('FilesBucket')).toEqual([{
    BucketKeyEnabled: true,
    ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] } },
  }]);
  expect(encryption('FrontendBucket')).toEqual([{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }]);
});

test('the function may use the key, the publisher may not', () => {
  expect(statements(withKey, 'BackendRole').filter((statement) => statement.endsWith('on <Key.Arn>')).join()).toContain('kms:Decrypt');
  expect(statements(withKey, 'RelayRole').filter((statement) => statement.endsWith('on <Key.Arn>'))).toContain('kms:Decrypt on <Key.Arn>');
  expect(statements(withKey, 'PublicationRole').join()).not.toContain('kms:');
});

test('CloudWatch Logs may use the key for the log groups of the account and region only', () => {
  const policy = resourceOf(withKey, 'AWS::KMS::Key').Properties.KeyPolicy.Statement as any[];
  const [ofLogs, ...others] = policy.filter(({ Principal }) => text(Principal.Service ?? '').startsWith('logs.'));
  expect(others).toEqual([]);
  expect(text(ofLogs.Principal.Service)).toBe('logs.<AWS::Region>.amazonaws.com');
  expect(text(ofLogs.Condition.ArnLike['kms:EncryptionContext:aws:logs:arn'])).toBe('arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:*');
});

test('a key of another app can be used', () => {
  const template = templateWith((stack) => new LibreChatServerless(stack, 'Chat', {
    encryptionKey: Key.fromKeyArn(stack, 'Imported', 'arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000'),
  }), stackIn(EUROPE));
  expect(resourceOf(template, 'AWS::DocDB::DBCluster').Properties.KmsKeyId).toBe('arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000');
});

test('a key of another stack can be used, which then does not depend on the stack of the function', () => {
  const app = new App();
  const keys = new Stack(app, 'Keys', { env: EUROPE });
  const stack = new Stack(app, 'Stack', { env: EUROPE });
  new LibreChatServerless(stack, 'Chat', { encryptionKey: new Key(keys, 'Key') });
  expect(() => app.synth()).not.toThrow();
  expect(keys.dependencies).toEqual([]);
});

test('without a key, all data is encrypted with keys of AWS', () => {
  expect(resources(templateOf('minimal'), 'AWS::KMS::Key')).toEqual([]);
  expect(resourceOf(templateOf('minimal'), 'AWS::DocDB::DBCluster').Properties).toMatchObject({ StorageEncrypted: true });
});
