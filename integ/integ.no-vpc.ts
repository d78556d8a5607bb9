import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { existingSecret } from './context';
import { ModelStub } from './model-stub';
import { ProbeFunction } from './probe-function';
import { PROBE_ENVIRONMENT, probeTest, testApp } from './testing';
import { LibreChatConfig, LibreChatDatabase, LibreChatImage, LibreChatRedis, LibreChatServerless } from 'cdk-librechat-serverless';

/** Existing database and Redis on the internet, without a VPC: no fixed cost. The image is built in the account. */
const app = testApp();
const stack = new Stack(app, 'LibreChatNoVpc');
const model = new ModelStub(stack, 'Model');
const chat = new LibreChatServerless(stack, 'Chat', {
  image: LibreChatImage.fromCodeBuild(),
  config: LibreChatConfig.fromObject(model.config),
  environment: { ...PROBE_ENVIRONMENT, ...model.environment },
  secrets: model.secrets,
  database: LibreChatDatabase.fromUri(existingSecret(stack, 'mongoUriSecret')),
  redis: LibreChatRedis.fromUri(existingSecret(stack, 'redisUriSecret')),
  removalPolicy: RemovalPolicy.DESTROY,
});
probeTest(app, 'NoVpc', [stack], new ProbeFunction(stack, 'Probe', chat));
