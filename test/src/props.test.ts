import { Size, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { stackIn } from '../../fixtures/variants';
import { LibreChatConfig, LibreChatDatabase, LibreChatImage, LibreChatRedis, LibreChatServerless, LibreChatServices } from '../../src';

/** Props as in plain JavaScript. */
const create = (props: object, stack = stackIn()) => () => new LibreChatServerless(stack, 'Chat', props);

test.each([
  ['memorysize', 'memorySize'], ['memory', 'memorySize'], ['domain', 'domainName'], ['secret', 'secrets'], ['env', 'environment'], ['envFile', 'environmentFile'],
])('fails when there is a prop %s, and suggests %s', (prop, nearest) => {
  expect(create({ [prop]: 1 }))
    .toThrow(`\`LibreChatServerlessProps\` must only contain its own props (did you mean \`${nearest}\`?), got: ${prop}`);
});

test.each<[prop: string, value: unknown, message: string]>([
  ['image', 'v0.8.8', 'of type LibreChatImage, got: v0.8.8'],
  ['image', LibreChatConfig.fromObject({ version: '1.3.0' }), 'of type LibreChatImage, got: an instance of ObjectConfig'],
  ['config', 'librechat.yaml', 'of type LibreChatConfig, got: librechat.yaml'],
  ['vpc', 'vpc-1', 'of type ec2.IVpc, got: vpc-1'],
  ['vpc', NaN, 'of type ec2.IVpc, got: NaN'],
  ['filesBucket', new Stack(undefined, 'Other'), 'of type s3.IBucket, got: the construct Other'],
  ['environment', 'A=1', 'a mapping of names to values, got: A=1'],
  ['environment', [], 'a mapping of names to values, got: []'],
  ['environmentFile', 7, 'a string, got: 7'],
  ['environmentSecret', 'arn', 'of type secretsmanager.ISecret, got: arn'],
  ['domainName', ['a'], 'a string, got: ["a"]'],
  ['cloudWatchRole', 'false', 'true or false, got: "false"'],
  ['ephemeralStorageSize', 512, 'of type Size, got: 512'],
  ['tags', Size, 'a mapping of names to values, got: the function Size'],
])('fails when `%s` has another type', (prop, value, message) => {
  expect(create({ [prop]: value })).toThrow(`\`${prop}\` must be ${message}`);
});

test('fails with all of them at once', () => {
  expect(create({ image: 1, redis: 2, vpcs: 3 })).toThrow(/^3 errors:\n- `image` .*\n- `redis` .*\n- `LibreChatServerlessProps` /);
});

test('fails when the props are not a mapping', () => {
  expect(create([])).toThrow('`LibreChatServerlessProps` must be a mapping of props, got: []');
});

test.each([undefined, null])('accepts %p as no value', (value) => {
  expect(create({ vpc: value, memorySize: undefined })).not.toThrow();
});

test('accepts constructs of other copies of CDK', () => {
  const size = Size.gibibytes(1);
  const copied = { toMebibytes: size.toMebibytes.bind(size), isUnresolved: () => false };
  expect(create({ ephemeralStorageSize: copied })).not.toThrow();
});

test.each<[type: string, make: (options: any) => unknown, options: object, message: string]>([
  ['LibreChatDocumentDbOptions', LibreChatDatabase.documentDb, { instance: 2 }, 'only contain its own props (did you mean `instances`?), got: instance'],
  ['LibreChatReplicationGroupOptions', LibreChatRedis.replicationGroup, { replica: 1 }, 'only contain its own props (did you mean `replicas`?), got: replica'],
  ['LibreChatDockerBuildOptions', LibreChatImage.fromDockerBuild, { imagename: 'x' }, 'only contain its own props (did you mean `imageName`?), got: imagename'],
  ['LibreChatCodeBuildOptions', LibreChatImage.fromCodeBuild, { versoin: 'v0.8.8' }, 'only contain its own props (did you mean `version`?), got: versoin'],
  ['LibreChatServiceUrls', LibreChatServices.fromUrls, { litellm_url: 'x' }, 'only contain its own props (did you mean `liteLlm`?), got: litellm_url'],
])('options of type %s are checked, too', (type, make, options, message) => {
  expect(() => make(options)).toThrow(`\`${type}\` must ${message}`);
});

test.each<[argument: string, make: () => unknown, message: string]>([
  ['uri', () => LibreChatDatabase.fromUri('mongodb://x' as any), 'of type ecs.Secret, such as ecs.Secret.fromSecretsManager(secret), got: mongodb://x'],
  ['uri', () => LibreChatRedis.fromUri(undefined as any), 'of type ecs.Secret, such as ecs.Secret.fromSecretsManager(secret), got: nothing'],
  ['bucket', () => LibreChatConfig.fromBucket('name' as any, 'key'), 'of type s3.IBucket, got: name'],
  ['key', () => LibreChatConfig.fromBucket(Bucket.fromBucketName(new Stack(), 'B', 'bucket'), undefined as any), 'a string, got: nothing'],
  ['repository', () => LibreChatImage.fromEcrRepository('name' as any, { tag: '1' }), 'of type ecr.IRepository, got: name'],
  ['minCapacity', () => LibreChatDatabase.documentDb({ minCapacity: NaN }), 'a number, got: NaN'],
  ['engine', () => LibreChatRedis.replicationGroup({ engine: 'memcached' as any }), 'one of LibreChatRedisEngine.REDIS, LibreChatRedisEngine.VALKEY, got: memcached'],
  ['services', () => LibreChatServices.fromCloudMapNamespace({ namespaceName: 'n' } as any, { services: ['litellm' as any] }), 'of type LibreChatServiceType, got: litellm'],
])('fails when the argument `%s` has another type', (argument, make, message) => {
  expect(make).toThrow(`\`${argument}\` must be ${message}`);
});
