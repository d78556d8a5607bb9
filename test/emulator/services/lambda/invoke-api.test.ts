import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeCommand, type InvokeCommandInput, type InvokeCommandOutput, LambdaClient } from '@aws-sdk/client-lambda';
import { Cloud } from '../../../../emulator/core/cloud';
import { EventStream } from '../../../../emulator/core/events';
import { AwsServer } from '../../../../emulator/services/aws-server';
import type { Role } from '../../../../emulator/services/iam/iam-service';
import type { Statement } from '../../../../emulator/services/iam/policy';
import { LambdaFunction, type LambdaFunctionProps } from '../../../../emulator/services/lambda/lambda-function';
import { managedRuntime } from '../../../../emulator/services/lambda/managed-runtime';
import { Services } from '../../../../emulator/services/services';
import { deploy } from '../../deploy';

jest.setTimeout(30_000);

const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:asked';

let services: Services;
let cloud: Cloud;
let aws: AwsServer;
let role: Role;
let retries: string[];
let folder: string;

beforeEach(async () => {
  retries = [];
  folder = mkdtempSync(join(tmpdir(), 'invoke-api-'));
  cloud = new Cloud(new EventStream());
  services = new Services(cloud);
  aws = new AwsServer(services);
  await aws.start();
  const credentials = { accessKeyId: 'ASIACALLER', secretAccessKey: 'secret', sessionToken: 'token' };
  role = { name: 'caller', arn: 'arn:aws:iam::123456789012:role/caller', statements: [allow(ARN)], credentials };
  services.iam.roles.set('caller', role);
});

afterEach(async () => {
  await cloud.dispose();
  rmSync(folder, { recursive: true, force: true });
});

function allow(resource: string): Statement {
  return { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: resource };
}

/** Creates the function and the caller's role. One minute takes 60 ms. */
function make(code: string, props: Partial<LambdaFunctionProps> = {}): LambdaFunction {
  const { environment, ...runtime } = managedRuntime({
    runtime: 'nodejs22.x',
    handler: 'index.handler',
    folder: join(cloud.folder, 'code'),
    runtimeFolder: join(cloud.folder, 'runtime'),
    unpack: () => {
      mkdirSync(join(cloud.folder, 'code'));
      writeFileSync(join(cloud.folder, 'code/index.js'), code);
    },
  });
  const lambda = new LambdaFunction({
    ...runtime,
    name: 'asked',
    environment: {},
    emulation: { ...environment, AWS_ENDPOINT_URL: aws.url, FOLDER: folder },
    credentials: role.credentials,
    timeoutMs: 20_000,
    folder: cloud.folder,
    limit: (milliseconds) => milliseconds / 1_000,
    onRetry: (reason) => retries.push(reason),
    ...props,
  });
  cloud.onDispose(() => lambda.dispose());
  services.lambda.functions.set(ARN, { logicalId: 'F', arn: ARN, name: 'asked', permissions: [], lambda });
  return lambda;
}

async function invoke(input: Partial<InvokeCommandInput> = {}): Promise<InvokeCommandOutput> {
  const client = new LambdaClient({ endpoint: aws.url, region: 'us-east-1', credentials: role.credentials, maxAttempts: 1 });
  try {
    return await client.send(new InvokeCommand({ FunctionName: 'asked', ...input }));
  } finally {
    client.destroy();
  }
}

const ECHO = 'exports.handler = async (event) => event;';
/** Fails until the third attempt, which reports the request ids of all attempts. */
const THIRD_TIME = `const ids = [];
  exports.handler = async (event, { awsRequestId }) => {
    if (ids.push(awsRequestId) < 3) throw new Error('not yet');
    require('fs').writeFileSync(process.env.FOLDER + "/ids", JSON.stringify(ids));
  };`;

// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
describe('Invoke', () => {
  test.each([
    ['name', 'asked'],
    ['ARN', ARN],
    ['partial ARN', '123456789012:function:asked'],
  ])('finds the function by %s, and returns its result', async (_, FunctionName) => {
    make(ECHO);
    const output = await invoke({ FunctionName, Payload: '{"a":1}' });
    expect(output).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(output.FunctionError).toBeUndefined();
    expect(output.Payload?.transformToString()).toBe('{"a":1}');
  });

  test('without a payload has an empty event', async () => {
    make(ECHO);
    expect((await invoke()).Payload?.transformToString()).toBe('{}');
  });

  test('of a function that fails: 200, and the error as the function reported it', async () => {
    make('exports.handler = async () => { throw new TypeError("it went wrong"); };');
    const { StatusCode, FunctionError, Payload } = await invoke();
    expect([StatusCode, FunctionError]).toEqual([200, 'Unhandled']);
    expect(JSON.parse(Payload!.transformToString())).toMatchObject({ errorType: 'TypeError', errorMessage: 'it went wrong' });
  });

  test('as an event is accepted at once, and run later', async () => {
    const lambda = make(`const { existsSync, writeFileSync } = require('fs');
      exports.handler = async ({ text }) => {
        while (!existsSync(process.env.FOLDER + '/go')) await new Promise((resolve) => setTimeout(resolve, 5));
        writeFileSync(process.env.FOLDER + '/file', text);
      };`);
    const output = await invoke({ InvocationType: 'Event', Payload: '{"text":"done"}' });
    expect([output.StatusCode, output.Payload?.length ?? 0]).toEqual([202, 0]);
    expect(lambda.queue.busy).toBe(true);
    writeFileSync(join(folder, 'go'), '');
    await lambda.queue.drained();
    expect(lambda.queue.busy).toBe(false);
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('done');
  });

  test('as a dry run does not invoke the function', async () => {
    const lambda = make(ECHO);
    expect((await invoke({ InvocationType: 'DryRun' })).StatusCode).toBe(204);
    expect(lambda.environments).toHaveLength(0);
  });

  test.each([
    ['a function that is not there', { FunctionName: 'none' }, ['*'], 'ResourceNotFoundException', 404, /Function not found: arn:.*:function:none$/],
    ['a version that is not there', { Qualifier: '7' }, ['*'], 'ResourceNotFoundException', 404, /Function not found: .*:function:asked:7$/],
    ['a role that may not', {}, [], 'AccessDeniedException', 403, /not authorized to perform: lambda:InvokeFunction on resource: .*:asked/],
    ['a role that may invoke another', {}, [`${ARN}-other`], 'AccessDeniedException', 403, /not authorized/],
    ['a role that may not, of a function that is not there', { FunctionName: 'none' }, [], 'AccessDeniedException', 403, /not authorized/],
    ['an event that is no JSON', { Payload: '{' }, ['*'], 'InvalidRequestContentException', 400, /Could not parse request body into json/],
    ['a large event', { Payload: JSON.stringify('x'.repeat(6 * 1024 * 1024)) }, ['*'], 'RequestTooLargeException', 413, /must be smaller than 6291456/],
    ['a large event that nobody waits for', { InvocationType: 'Event' as const, Payload: JSON.stringify('x'.repeat(1024 * 1024)) }, ['*'],
      'RequestTooLargeException', 413, /must be smaller than 1048576/],
  ])('is refused: %s', async (_, input, resources, name, httpStatusCode, message) => {
    const lambda = make(ECHO);
    role.statements.splice(0, 1, ...resources.map(allow));
    await expect(invoke(input)).rejects.toMatchObject({ name, message: expect.stringMatching(message), $metadata: { httpStatusCode } });
    expect(lambda.environments).toHaveLength(0);
  });

  test('is refused: a function that the emulator does not run', async () => {
    services.lambda.functions.set(ARN, { logicalId: 'F', arn: ARN, name: 'asked', permissions: [], unsupported: 'its `Runtime` is python3.13' });
    await expect(invoke()).rejects.toMatchObject({ name: 'ServiceException', message: expect.stringContaining('its `Runtime` is python3.13') });
  });

  test('is rejected while no concurrency is left, except for events, which wait for it', async () => {
    const lambda = make(`exports.handler = async ({ until }) => {
      while (until && !require('fs').existsSync(until)) await new Promise((resolve) => setTimeout(resolve, 5));
    };`, { reservedConcurrency: 1 });
    const go = join(folder, 'go');
    const first = invoke({ Payload: JSON.stringify({ until: go }) });
    while (!lambda.environments.some(({ state }) => state === 'busy')) await sleep(5);
    await expect(invoke()).rejects.toMatchObject({ name: 'TooManyRequestsException', $metadata: { httpStatusCode: 429 } });
    expect((await invoke({ InvocationType: 'Event' })).StatusCode).toBe(202);
    writeFileSync(go, '');
    expect((await first).FunctionError).toBeUndefined();
    await lambda.queue.drained();
    // The event waited, and did not fail.
    expect(retries).toEqual([]);
    expect(lambda.environments).toHaveLength(1);
  });
});

// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
describe('an asynchronous event that fails', () => {
  test('is tried again twice, under the same request id', async () => {
    const lambda = make(THIRD_TIME);
    await invoke({ InvocationType: 'Event' });
    await lambda.queue.drained();
    expect(retries).toEqual([expect.stringContaining('not yet'), expect.stringContaining('not yet')]);
    const ids = JSON.parse(readFileSync(join(folder, 'ids'), 'utf8')) as string[];
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(1);
  });

  test('is discarded after that', async () => {
    const lambda = make('exports.handler = async () => { throw new Error("never"); };');
    const { functionError, payload } = await lambda.queue.accept(Buffer.from('{}'));
    expect([functionError, JSON.parse(payload.toString()).errorMessage]).toEqual(['Unhandled', 'never']);
    expect(retries).toHaveLength(2);
  });

  test('is forgotten when the emulator ends', async () => {
    const lambda = make('exports.handler = async () => { throw new Error("never"); };', { limit: (milliseconds) => milliseconds });
    const ended = lambda.queue.accept(Buffer.from('{}'));
    while (!retries.length) await sleep(5);
    await lambda.dispose();
    expect((await ended).functionError).toBe('Unhandled');
  });
});

test('a custom resource may be created by a later invocation', async () => {
  const lambda = make(`const { LambdaClient, InvokeCommand } = require('@aws-sdk/client-lambda');
    exports.handler = async (event, context) => {
      if (!event.second) {
        const Payload = JSON.stringify({ ...event, second: context.awsRequestId });
        await new LambdaClient({}).send(new InvokeCommand({ FunctionName: context.functionName, InvocationType: 'Event', Payload }));
        if (event.ResourceProperties.Fails === 'true') throw new Error('after it handed over');
        return;
      }
      const { StackId, RequestId, LogicalResourceId } = event;
      const PhysicalResourceId = event.second === context.awsRequestId ? 'first' : 'second';
      await fetch(event.ResponseURL, { method: 'PUT', body: JSON.stringify({ Status: 'SUCCESS', StackId, RequestId, LogicalResourceId, PhysicalResourceId }) });
    };`);
  for (const Fails of [false, true]) {
    const stack = await deploy(services, {
      Resources: { C: { Type: 'Custom::Thing', Properties: { ServiceToken: ARN, Fails } } },
      Outputs: { Ref: { Value: { Ref: 'C' } } },
    });
    expect(stack.outputs().Ref).toBe('second');
    await lambda.queue.drained();
  }
});
