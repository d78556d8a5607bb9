import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { ModelStub } from './model-stub';
import { ProbeFunction } from './probe-function';
import { PROBE_ENVIRONMENT, probeTest, testApp } from './testing';
import { LibreChatCanary, LibreChatConfig, LibreChatServerless } from 'cdk-librechat-serverless';

/** Default props (new VPC, DocumentDB and Redis), with alarms, dashboard, canary and budget. */
const app = testApp();
const stack = new Stack(app, 'LibreChatDefault');
const model = new ModelStub(stack, 'Model');
const chat = new LibreChatServerless(stack, 'Chat', {
  config: LibreChatConfig.fromObject(model.config),
  environment: { ...PROBE_ENVIRONMENT, ...model.environment },
  secrets: model.secrets,
  removalPolicy: RemovalPolicy.DESTROY,
  alarmTopic: new Topic(stack, 'Alarms', { enforceSSL: true }),
  dashboard: true,
  canary: LibreChatCanary.chat(Duration.minutes(10), model.choice),
  monthlyBudget: 10,
});
probeTest(app, 'Default', [stack], new ProbeFunction(stack, 'Probe', chat));
