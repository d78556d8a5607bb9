import { join } from 'node:path';
import { deploy } from './deploy';
import { Cloud } from '../../emulator/core/cloud';
import { EventStream } from '../../emulator/core/events';
import { LambdaFunction } from '../../emulator/services/lambda/lambda-function';
import { Services } from '../../emulator/services/services';

let services: Services;
beforeEach(() => { services = new Services(new Cloud(new EventStream())); });
afterEach(() => services.cloud.dispose());

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
describe('a custom resource', () => {
  const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:provider';
  /** Also the limit of the Delete request after it, for which the function may have to start on a busy machine. */
  const SILENCE_SECONDS = 10;
  let retries: string[];
  let accept: jest.SpiedFunction<LambdaFunction['queue']['accept']>;
  const provide = async (mode: string, retryAttempts = 2) => {
    retries = [];
    const lambda = new LambdaFunction({
      name: 'provider',
      command: [process.execPath, join(__dirname, 'custom-resource-runtime.cjs')],
      cwd: __dirname,
      environment: { MODE: mode },
      timeoutMs: 20_000,
      folder: services.cloud.folder,
      limit: (milliseconds) => milliseconds / 1000,
      onRetry: (reason) => retries.push(reason),
    });
    accept = jest.spyOn(lambda.queue, 'accept');
    services.cloud.onDispose(() => lambda.dispose());
    services.lambda.functions.set(ARN, { logicalId: 'Provider', arn: ARN, name: 'provider', permissions: [], lambda });
    return deploy(services, {
      Resources: {
        Retries: { Type: 'AWS::Lambda::EventInvokeConfig', Properties: { FunctionName: 'provider', Qualifier: '$LATEST', MaximumRetryAttempts: retryAttempts } },
        C: {
          Type: 'Custom::Thing',
          DependsOn: 'Retries',
          Properties: { ServiceToken: ARN, Number: 1, Flag: true, List: [{ a: 2 }], ServiceTimeout: mode === 'silent' ? SILENCE_SECONDS : 60 },
        },
      },
      Outputs: { Ref: { Value: { Ref: 'C' } }, Event: { Value: { 'Fn::GetAtt': ['C', 'Event'] } } },
    });
  };

  test('gets a Create request, and returns Ref and attributes', async () => {
    const { Ref, Event } = (await provide('succeed')).outputs();
    expect(Ref).toBe('physical');
    expect(JSON.parse(Event)).toMatchObject({
      RequestType: 'Create',
      StackId: expect.stringMatching(/^arn:aws:cloudformation:us-east-1:123456789012:stack\/S\//),
      LogicalResourceId: 'C',
      ResourceType: 'Custom::Thing',
      ResponseURL: expect.stringMatching(/^http/),
      // Numbers and booleans arrive as strings.
      ResourceProperties: { ServiceToken: ARN, Number: '1', Flag: 'true', List: [{ a: '2' }] },
    });
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
  test('is created by the third attempt of the same request', async () => {
    expect((await provide('recover')).outputs().Ref).toBe('physical');
    expect(retries).toHaveLength(2);
    const [first, second] = retries.map((reason) => /thrown (\S+) (\d)/.exec(reason)!);
    expect([first[2], second[2]]).toEqual(['1', '2']);
    expect(second[1]).toBe(first[1]);
  });

  test('fails after the function\'s maximum number of attempts', async () => {
    await expect(provide('recover', 1)).rejects.toMatchObject({ code: 'CUSTOM_RESOURCE_FAILED', message: expect.stringMatching(/thrown \S+ 2/) });
    expect(retries).toHaveLength(1);
  });

  // https://github.com/aws-cloudformation/custom-resource-helper/issues/7, https://github.com/remind101/empire/issues/918
  test.each([
    ['the physical ID of the response', 'fail', /^physical$/],
    ['an ID of CloudFormation if there is no response', 'throw', /^S-C-[0-9A-Z]{12}$/],
  ])('whose creation failed is deleted in the rollback, with %s', async (_, mode, id) => {
    await expect(provide(mode)).rejects.toMatchObject({ code: 'CUSTOM_RESOURCE_FAILED' });
    expect(JSON.parse(String(accept.mock.lastCall![0]))).toMatchObject({ RequestType: 'Delete', PhysicalResourceId: expect.stringMatching(id) });
    expect([...services.cloudFormation.stacks.values()]).toEqual(['ROLLBACK_COMPLETE']);
  });

  test('that cannot be deleted fails the rollback', async () => {
    await expect(provide('undeletable')).rejects.toMatchObject({
      code: 'ROLLBACK_FAILED', message: 'C (Custom::Thing): it stays, during the rollback of: C (Custom::Thing): it went wrong',
    });
    expect([...services.cloudFormation.stacks.values()]).toEqual(['ROLLBACK_FAILED']);
  });

  test.each([
    ['fail', /^C \(Custom::Thing\): it went wrong$/],
    ['throw', /^C \(Custom::Thing\): .*thrown/],
    ['crash', /^C \(Custom::Thing\): .*exit status 4/],
    ['silent', /^C \(Custom::Thing\): no response came in time$/],
    ['long', /^C \(Custom::Thing\): the response must have at most 4096 bytes, got: \d+$/],
    ['mismatch', /^C \(Custom::Thing\): the response must repeat StackId/],
    ['anonymous', /^C \(Custom::Thing\): the response must have a PhysicalResourceId$/],
  ])('that responds wrongly fails the start: %s', async (mode, message) => {
    await expect(provide(mode)).rejects.toMatchObject({ code: 'CUSTOM_RESOURCE_FAILED', message: expect.stringMatching(message) });
  });
});
