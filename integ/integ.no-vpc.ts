import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { outsideSecret } from './context';
import { ModelStub } from './model-stub';
import { ProbeFunction } from './probe-function';
import { OPEN_TO_THE_PROBE, probed, testApp } from './testing';
import { LibreChatConfig, LibreChatDatabase, LibreChatImage, LibreChatRedis, LibreChatServerless } from 'cdk-librechat-serverless';

/** Database and Redis elsewhere on the internet, and so no VPC: nothing costs money at rest. The image is built in the account. */
const app = testApp();
const stack = new Stack(app, 'LibreChatNoVpc');
const model = new ModelStub(stack, 'Model');
const chat = new LibreChatServerless(stack, 'Chat', {
  image: LibreChatImage.fromCodeBuild(),
  config: LibreChatConfig.fromObject(model.config),
  environment: { ...OPEN_TO_THE_PROBE, ...model.environment },
  secrets: model.secrets,
  database: LibreChatDatabase.fromUri(outsideSecret(stack, 'mongoUriSecret')),
  redis: LibreChatRedis.fromUri(outsideSecret(stack, 'redisUriSecret')),
  removalPolicy: RemovalPolicy.DESTROY,
});
probed(app, 'NoVpc', [stack], new ProbeFunction(stack, 'Probe', chat));
