import { join } from 'node:path';
import { deploy } from './deploy';
import type { Stack } from '../../emulator/cloudformation/stack';
import type { Template, TemplateResource } from '../../emulator/cloudformation/template';
import { Cloud } from '../../emulator/core/cloud';
import { EventStream } from '../../emulator/core/events';
import { LambdaFunction } from '../../emulator/services/lambda/lambda-function';
import { Services } from '../../emulator/services/services';
import { until } from '../../fixtures/runtime/until';

const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:provider';

let services: Services;
beforeEach(() => { services = new Services(new Cloud(new EventStream())); });
afterEach(() => services.cloud.dispose());

let accept: jest.SpiedFunction<LambdaFunction['queue']['accept']>;
const provide = () => {
  const lambda = new LambdaFunction({
    name: 'provider',
    command: [process.execPath, join(__dirname, 'custom-resource-runtime.cjs')],
    cwd: __dirname,
    environment: { MODE: 'by-event' },
    timeoutMs: 20_000,
    folder: services.cloud.folder,
  });
  accept = jest.spyOn(lambda.queue, 'accept');
  services.cloud.onDispose(() => lambda.dispose());
  services.lambda.functions.set(ARN, { logicalId: 'Provider', arn: ARN, name: 'provider', permissions: [], lambda });
};
const custom = (Properties: object): TemplateResource => ({ Type: 'Custom::Thing', Properties: { ServiceToken: ARN, ...Properties } });

const update = (stack: Stack, template: Template) =>
  stack.update({ stack: { name: 'S', environment: services.cloud, template, files: [], images: [] }, options: { assembly: '', librechat: '/' } });

describe('an update of functions', () => {
  const release = (value: string, more: Record<string, TemplateResource> = {}, version = value): Template => ({
    Resources: {
      Role: { Type: 'AWS::IAM::Role' },
      F: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Runtime: 'nodejs22.x', Handler: 'index.handler', Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, Code: { ZipFile: `exports.handler = async () => '${value}';` },
        },
      },
      [`Version${version}`]: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'F' } } },
      Live: {
        Type: 'AWS::Lambda::Alias',
        Properties: { FunctionName: { Ref: 'F' }, FunctionVersion: { 'Fn::GetAtt': [`Version${version}`, 'Version'] }, Name: 'live' },
      },
      ...more,
    },
    Outputs: { Live: { Value: { Ref: 'Live' } }, F: { Value: { 'Fn::GetAtt': ['F', 'Arn'] } } },
  });
  const results = async (stack: Stack) => Promise.all(['F', 'Live'].map(async (name) => {
    const { lambda, arn, version } = services.lambda.functions.get(stack.outputs()[name])!;
    return JSON.parse((await lambda!.invoke(Buffer.from('{}'), { arn, version })).payload.toString()) as string;
  }));
  const versions = () => [...services.lambda.functions.keys()].filter((arn) => /:\d+$/.test(arn)).map((arn) => arn.split(':').pop());

  test('moves the alias to a version with the new code, and deletes the old version', async () => {
    const stack = await deploy(services, release('old'));
    expect(await results(stack)).toEqual(['old', 'old']);
    await update(stack, release('new'));
    expect(await results(stack)).toEqual(['new', 'new']);
    expect(versions()).toEqual(['2']);
  });

  test('keeps the alias at the published code while the version stays', async () => {
    const stack = await deploy(services, release('old'));
    await update(stack, release('new', {}, 'old'));
    expect(await results(stack)).toEqual(['new', 'old']);
  });

  test('is rolled back when a later resource fails', async () => {
    const stack = await deploy(services, release('old'));
    provide();
    const broken = { Last: { ...custom({ Id: 'last', Fail: true }), DependsOn: 'Live' } };
    await expect(update(stack, release('new', broken))).rejects.toMatchObject({ code: 'CUSTOM_RESOURCE_FAILED', message: 'Last (Custom::Thing): it went wrong' });
    expect(await results(stack)).toEqual(['old', 'old']);
    expect(versions()).toEqual(['1']);
  });
});

describe('an update of custom resources', () => {
  const events = () => accept.mock.calls.map(([payload]) => JSON.parse(payload.toString()));
  const requests = () => events()
    .map(({ RequestType, PhysicalResourceId, ResourceProperties }) => [RequestType, PhysicalResourceId, ResourceProperties.Id]);

  test('sends Update with the old properties, and only for changes', async () => {
    provide();
    const stack = await deploy(services, { Resources: { A: custom({ Id: 'a', Value: 1 }), B: custom({ Id: 'b' }) } });
    await update(stack, { Resources: { A: custom({ Id: 'a', Value: 2 }), B: custom({ Id: 'b' }) } });
    expect(requests()).toEqual([['Create', undefined, 'a'], ['Create', undefined, 'b'], ['Update', 'a', 'a']]);
    expect(events()[2]).toMatchObject({ ResourceProperties: { Value: '2' }, OldResourceProperties: { Value: '1' } });
  });

  test('sends Delete for removed resources, and for a physical ID that changed', async () => {
    provide();
    const stack = await deploy(services, { Resources: { A: custom({ Id: 'a' }), B: custom({ Id: 'b' }) } });
    await update(stack, { Resources: { A: custom({ Id: 'other' }) } });
    expect(requests().slice(2)).toEqual([['Update', 'a', 'other'], ['Delete', 'a', 'a'], ['Delete', 'b', 'b']]);
  });

  test('that fails sends a second Update with the old properties, and Delete for created resources', async () => {
    provide();
    const stack = await deploy(services, { Resources: { A: custom({ Id: 'a', Value: 1 }) } });
    const failing = { Resources: { New: custom({ Id: 'new' }), A: { ...custom({ Id: 'a', Value: 2, Fail: true }), DependsOn: 'New' } } };
    await expect(update(stack, failing)).rejects.toMatchObject({ code: 'CUSTOM_RESOURCE_FAILED', message: 'A (Custom::Thing): it went wrong' });
    expect(requests().slice(1)).toEqual([['Create', undefined, 'new'], ['Update', 'a', 'a'], ['Update', 'a', 'a'], ['Delete', 'new', 'new']]);
    expect(events()[3]).toMatchObject({ ResourceProperties: { Value: '1' }, OldResourceProperties: { Value: '1' } });
  });
});

describe('an update', () => {
  test('changes permissions as late as IAM: new ones come into force later, and unchanged ones stay in force', async () => {
    const allow = (Action: string) => ({ Effect: 'Allow', Action, Resource: '*' });
    const template = (...actions: string[]): Template => ({
      Resources: {
        Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'role' } },
        Policy: { Type: 'AWS::IAM::Policy', Properties: { Roles: [{ Ref: 'Role' }], PolicyDocument: { Statement: actions.map(allow) } } },
      },
    });
    const stack = await deploy(services, template('s3:GetObject'));
    services.iam.propagationMs = 3_600_000;
    await update(stack, template('s3:GetObject', 's3:PutObject'));
    const may = (action: string) => services.iam.allows(services.iam.find('role')!, { action, resource: 'x' });
    expect([may('s3:GetObject'), may('s3:PutObject')]).toEqual([true, false]);
    services.iam.propagationMs = 1;
    await update(stack, template('s3:PutObject'));
    await update(stack, template('s3:GetObject'));
    await until(() => may('s3:GetObject'));
  });

  test('changes permissions and parameters', async () => {
    const template = (Action: string, Value: string): Template => ({
      Resources: {
        Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'role' } },
        Policy: { Type: 'AWS::IAM::Policy', Properties: { Roles: [{ Ref: 'Role' }], PolicyDocument: { Statement: [{ Effect: 'Allow', Action, Resource: '*' }] } } },
        P: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/p', Value } },
      },
    });
    const stack = await deploy(services, template('s3:GetObject', 'old'));
    await update(stack, template('s3:PutObject', 'new'));
    const may = (action: string) => services.iam.allows(services.iam.find('role')!, { action, resource: 'x' });
    expect([may('s3:GetObject'), may('s3:PutObject'), services.ssm.parameters.get('/p')]).toEqual([false, true, 'new']);
  });

  test.each<[string, Template, RegExp]>([
    ['a change of a type that it cannot change', { Resources: { S: { Type: 'AWS::SecretsManager::Secret', Properties: { SecretString: 'b' } } } },
      /^S \(AWS::SecretsManager::Secret\): the emulator cannot update resources of this type, changed: SecretString$/],
    ['a new resource that it could not delete', { Resources: { S: { Type: 'AWS::SecretsManager::Secret', Properties: { SecretString: 'a' } }, B: { Type: 'AWS::S3::Bucket' } } },
      /^B \(AWS::S3::Bucket\): the emulator cannot create resources of this type in an update/],
  ])('is rejected for %s', async (_, template, message) => {
    const stack = await deploy(services, { Resources: { S: { Type: 'AWS::SecretsManager::Secret', Properties: { SecretString: 'a' } } } });
    await expect(update(stack, template)).rejects.toMatchObject({ code: 'RESOURCE_UNSUPPORTED', message: expect.stringMatching(message) });
  });
});
