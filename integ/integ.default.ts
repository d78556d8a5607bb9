import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ModelStub } from './model-stub';
import { ProbeFunction } from './probe-function';
import { OPEN_TO_THE_PROBE, probed, testApp } from './testing';
import { LibreChatConfig, LibreChatServerless } from 'cdk-librechat-serverless';

/** Nothing given but what makes it testable: VPC, DocumentDB and Redis are made. */
const app = testApp();
const stack = new Stack(app, 'LibreChatDefault');
const model = new ModelStub(stack, 'Model');
const chat = new LibreChatServerless(stack, 'Chat', {
  config: LibreChatConfig.fromObject(model.config),
  environment: { ...OPEN_TO_THE_PROBE, ...model.environment },
  secrets: model.secrets,
  removalPolicy: RemovalPolicy.DESTROY,
});
probed(app, 'Default', [stack], new ProbeFunction(stack, 'Probe', chat));
