import { Duration } from 'aws-cdk-lib';
import { stackIn } from '../../../fixtures/variants';
import { LibreChatCanary, LibreChatServerless, type LibreChatServerlessProps } from '../../../src';
import { functionEnvironment, logicalIdOf, resources, resourceOf, templateOf, templateWith, text } from '../reading';

const EVERY = Duration.minutes(15);
const MODEL = { endpoint: 'bedrock', model: 'some-model' };

const withCanary = (canary: LibreChatCanary, props: LibreChatServerlessProps = {}) =>
  templateWith((stack) => new LibreChatServerless(stack, 'Chat', { canary, ...props }));

test('there is none by default', () => {
  expect(JSON.stringify(templateOf('minimal').toJSON())).not.toMatch(/canary/i);
});

test('of the page has no user, and no secret', () => {
  const template = withCanary(LibreChatCanary.page(EVERY));
  const environment = functionEnvironment(template, 'CanaryFunction');
  expect(Object.keys(environment).sort()).toEqual(['CANARY_NAMESPACE', 'CANARY_URL']);
  expect(text(environment.CANARY_URL)).toBe('https://<ChatFrontendDistribution.DomainName>');
  expect(resources(template, 'Custom::LibreChatUser')).toEqual([]);
  expect(resources(template, 'AWS::SecretsManager::Secret').filter(([id]) => id.includes('Canary'))).toEqual([]);
});

test('that logs in has a user of a generated secret, which the maintenance function creates', () => {
  const template = withCanary(LibreChatCanary.login(EVERY));
  expect(text(functionEnvironment(template, 'CanaryFunction').CANARY_ACCOUNT)).toBe('<ChatCanaryAccount>');
  expect(resourceOf(template, 'AWS::SecretsManager::Secret', 'CanaryAccount').Properties.GenerateSecretString).toMatchObject({
    SecretStringTemplate: '{"email":"canary@librechat.invalid"}', GenerateStringKey: 'password', PasswordLength: 32,
  });
  const user = resourceOf(template, 'Custom::LibreChatUser').Properties;
  expect([text(user.ServiceToken), text(user.Account), user.Email]).toEqual(['<ChatMaintenanceFunction.Arn>', '<ChatCanaryAccount>', 'canary@librechat.invalid']);
});

test('its user is created after the check, which fails for a database with users that it must not migrate', () => {
  const template = withCanary(LibreChatCanary.login(EVERY));
  expect(resourceOf(template, 'Custom::LibreChatUser').DependsOn).toContain(logicalIdOf(template, 'Custom::LibreChatCheck'));
  expect(resources(withCanary(LibreChatCanary.login(EVERY), { deploymentCheck: false }), 'Custom::LibreChatUser')).toHaveLength(1);
});

test('that chats has the endpoint and the model', () => {
  const environment = functionEnvironment(withCanary(LibreChatCanary.chat(EVERY, MODEL)), 'CanaryFunction');
  expect([environment.CANARY_ENDPOINT, environment.CANARY_MODEL]).toEqual(['bedrock', 'some-model']);
});

test('is a small function outside of the VPC that may only read its secret', () => {
  const { Runtime, Architectures, MemorySize, VpcConfig } = resourceOf(withCanary(LibreChatCanary.login(EVERY)), 'AWS::Lambda::Function', 'CanaryFunction').Properties;
  expect({ Runtime, Architectures, MemorySize, VpcConfig }).toEqual({ Runtime: 'nodejs24.x', Architectures: ['arm64'], MemorySize: 256, VpcConfig: undefined });
});

test('runs at the interval', () => {
  expect(resourceOf(withCanary(LibreChatCanary.page(EVERY)), 'AWS::Events::Rule', 'CanarySchedule').Properties.ScheduleExpression).toBe('rate(15 minutes)');
});

test.each([
  [Duration.minutes(1), 60, 60],
  [EVERY, 300, 900],
  [Duration.hours(12), 300, 6 * 3600],
])('runs do not overlap at an interval of %s: they end, and events that Lambda has not delivered are dropped, before the next', (interval, timeout, age) => {
  const template = withCanary(LibreChatCanary.login(interval));
  const [target] = resourceOf(template, 'AWS::Events::Rule', 'CanarySchedule').Properties.Targets;
  const config = resourceOf(template, 'AWS::Lambda::EventInvokeConfig', 'Canary').Properties;
  expect(resourceOf(template, 'AWS::Lambda::Function', 'CanaryFunction').Properties.Timeout).toBe(timeout);
  expect([config.MaximumRetryAttempts, config.MaximumEventAgeInSeconds]).toEqual([0, age]);
  // The schedule invokes the function without a qualifier.
  expect([text(config.FunctionName), config.Qualifier, text(target.Arn)]).toEqual(['<ChatCanaryFunction>', '$LATEST', '<ChatCanaryFunction.Arn>']);
});

test('the alarm fires after two failed runs, and notifies if there are none any more', () => {
  const alarm = resourceOf(templateOf('operated'), 'AWS::CloudWatch::Alarm', 'CanaryFailed').Properties;
  expect(alarm).toMatchObject({
    MetricName: 'CanarySuccess', Statistic: 'Minimum', Period: 600, Threshold: 1, ComparisonOperator: 'LessThanThreshold', EvaluationPeriods: 2, TreatMissingData: 'missing',
  });
  expect(alarm.InsufficientDataActions).toEqual(alarm.AlarmActions);
});

test.each([Duration.seconds(30), Duration.seconds(90), Duration.hours(13)])('fails with an interval of %s', (interval) => {
  expect(() => LibreChatCanary.page(interval)).toThrow('`interval` must be 1 minute to 12 hours, in whole minutes, got: ');
});

test.each([Duration.minutes(1), Duration.hours(12)])('accepts an interval of %s', (interval) => {
  expect(() => LibreChatCanary.page(interval)).not.toThrow();
});

test.each([
  [{ endpoint: 'openAI' }, '`model` must be a string, got: nothing'],
  [{ ...MODEL, name: 'x' }, '`LibreChatCanaryModel` must only contain its own props (did you mean `model`?), got: name'],
  [undefined, '`model` must be of type LibreChatCanaryModel, got: nothing'],
])('fails with the model %j', (model, message) => {
  expect(() => LibreChatCanary.chat(EVERY, model as never)).toThrow(message);
});

test('fails when it is no canary', () => {
  expect(() => new LibreChatServerless(stackIn(), 'Chat', { canary: true as never })).toThrow('`canary` must be of type LibreChatCanary, got: true');
});
