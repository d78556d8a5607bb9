import { writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { GatewayVpcEndpointAwsService, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { domain, existingSecret } from './context';
import { ModelStub } from './model-stub';
import { ProbeFunction } from './probe-function';
import { PROBE_ENVIRONMENT, probeTest, testApp } from './testing';
import { LibreChatConfig, LibreChatDatabase, LibreChatRedis, LibreChatServerless } from 'cdk-librechat-serverless';

const app = testApp();

/** Existing resources of an organization: a network, a bucket for files, and a bucket with `librechat.yaml`. */
const existing = new Stack(app, 'LibreChatExisting');
const vpc = new Vpc(existing, 'Network', { maxAzs: 2, natGateways: 1, gatewayEndpoints: { S3: { service: GatewayVpcEndpointAwsService.S3 } } });
const filesBucket = new Bucket(existing, 'Files', { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true, enforceSSL: true });

/** Existing network, database, Redis, buckets and domain. */
const stack = new Stack(app, 'LibreChatExistingNetwork');
const model = new ModelStub(stack, 'Model');
const folder = join(__dirname, '../build/integ/config');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'librechat.yaml'), JSON.stringify(model.config, undefined, 2));
const config = new Asset(existing, 'Config', { path: join(folder, 'librechat.yaml') });
const chat = new LibreChatServerless(stack, 'Chat', {
  ...domain(stack),
  vpc,
  config: LibreChatConfig.fromBucket(config.bucket, config.s3ObjectKey),
  environment: { ...PROBE_ENVIRONMENT, ...model.environment },
  secrets: model.secrets,
  database: LibreChatDatabase.fromUri(existingSecret(stack, 'mongoUriSecret')),
  redis: LibreChatRedis.fromUri(existingSecret(stack, 'redisUriSecret')),
  filesBucket,
  // Accounts with a shared network often manage this role centrally, too.
  cloudWatchRole: false,
  removalPolicy: RemovalPolicy.DESTROY,
});
probeTest(app, 'ExistingNetwork', [existing, stack], new ProbeFunction(stack, 'Probe', chat));
