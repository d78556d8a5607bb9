import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeWithResponseStreamCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { type Behaviour, LambdaService } from './kit/lambda-service';
import { EmulatedAws } from '../../../fixtures/runtime/aws';
import { until } from '../../../fixtures/runtime/until';
import { WorkerStarter, type WorkerStarterProps } from '../../../runtime/relay/worker-starter';
import type { Log } from '../../../runtime/shared/log';
import { deploy } from '../../emulator/deploy';

jest.setTimeout(30_000);

let lambda: LambdaService;
let lines: Array<Record<string, unknown>>;

beforeEach(async () => {
  lines = [];
  lambda = new LambdaService();
  await lambda.start();
});

afterEach(() => lambda.close());

function starter(props: Partial<WorkerStarterProps> = {}): WorkerStarter {
  const write = (level: string) => (event: string, fields?: object) => { lines.push({ level, event, ...fields }); };
  const log: Log = { info: write('info'), warn: write('warn'), error: write('error') };
  return new WorkerStarter({
    release: 'r1', functionName: 'worker', region: 'eu-central-1', endpoint: lambda.url, credentials: lambda.credentials, connectMs: 3_000, startMs: 10_000, log, ...props,
  });
}

const RUN: Behaviour = { kind: 'run', function: () => undefined };

test('invokes the function with the id, closes the connection after its first byte, and reports the start', async () => {
  lambda.behaviour = RUN;
  expect(await starter().start('id-1')).toBe('started');
  const [call] = lambda.calls;
  await call.hungUp;
  expect(call).toMatchObject({ path: '/2021-11-15/functions/worker/response-streaming-invocations', event: { startWorker: 'id-1', release: 'r1' } });
  expect(lines).toEqual([{ level: 'info', event: 'worker-started', startId: 'id-1', ms: expect.any(Number) }]);
});

test.each([
  ['an alias', { qualifier: 'live' }, '/2021-11-15/functions/worker/response-streaming-invocations?Qualifier=live'],
  ['an ARN', { functionName: 'arn:aws:lambda:eu-central-1:123456789012:function:w' },
    '/2021-11-15/functions/arn%3Aaws%3Alambda%3Aeu-central-1%3A123456789012%3Afunction%3Aw/response-streaming-invocations'],
])('invokes %s', async (_, props, path) => {
  lambda.behaviour = RUN;
  expect(await starter(props).start('id')).toBe('started');
  expect(lambda.calls[0].path).toBe(path);
});

test('calls once: the caller decides whether to try again', async () => {
  lambda.behaviour = { kind: 'refuse', status: 500, type: 'ServiceException' };
  await starter().start('id');
  expect(lambda.calls).toHaveLength(1);
});

test.each<[string, Behaviour, string, string, number, RegExp]>([
  ['a throttle', { kind: 'refuse', status: 429, type: 'TooManyRequestsException', message: 'Rate Exceeded.' }, 'warn', 'throttled', 2, /429 .*Rate Exceeded/],
  ['an inactive function', { kind: 'refuse', status: 502, type: 'ResourceNotReadyException' }, 'warn', 'inactive', 15, /ResourceNotReady/],
  ['an image that is being loaded', { kind: 'refuse', status: 409, type: 'CodeArtifactUserPendingException:http://x/' }, 'warn', 'inactive', 15, /409/],
  ['no permission', { kind: 'refuse', status: 403, type: 'AccessDeniedException' }, 'error', 'failed', 10, /AccessDenied/],
  ['no such function', { kind: 'refuse', status: 404, type: 'ResourceNotFoundException' }, 'error', 'failed', 10, /404/],
  ['a failed init', { kind: 'function-error', errorType: 'Runtime.ExitError', details: 'no MONGO_URI' }, 'error', 'failed', 10, /did not start: InvokeComplete .*no MONGO_URI/],
  ['an end without a byte', { kind: 'empty' }, 'error', 'failed', 10, /did not start/],
  ['a broken connection', { kind: 'reset' }, 'error', 'failed', 10, /./],
])('reports %s', async (_, behaviour, level, kind, retryAfterSeconds, message) => {
  lambda.behaviour = behaviour;
  const workers = starter();
  expect(await workers.start('id')).toEqual({ refused: expect.stringMatching(message) });
  expect(workers.retryAfterSeconds).toBe(retryAfterSeconds);
  expect(lines).toEqual([expect.objectContaining({ level, event: 'worker-not-started', startId: 'id', kind, message: expect.stringMatching(message) })]);
});

test('gives up a worker that does not respond', async () => {
  lambda.behaviour = { kind: 'hang' };
  expect(await starter({ startMs: 3_000 }).start('id')).toEqual({ refused: 'the worker did not respond within 3000 ms' });
  await lambda.calls[0].hungUp;
});

test('reports that Lambda cannot be reached', async () => {
  const workers = starter();
  lambda.close();
  expect(await workers.start('id')).toEqual({ refused: expect.stringMatching(/ECONNREFUSED/) });
});

test('fails with invalid credentials', async () => {
  lambda.behaviour = RUN;
  expect(await starter({ credentials: { ...lambda.credentials, secretAccessKey: 'other' } }).start('id')).toEqual({ refused: expect.stringMatching(/403/) });
});

test('the Lambda service of these tests is compatible with the AWS SDK', async () => {
  lambda.behaviour = { kind: 'function-error', errorType: 'Runtime.ExitError', details: 'why' };
  const client = new LambdaClient({ region: 'eu-central-1', endpoint: lambda.url, credentials: lambda.credentials });
  const FunctionName = 'arn:aws:lambda:eu-central-1:123456789012:function:w';
  const { EventStream } = await client.send(new InvokeWithResponseStreamCommand({ FunctionName, Qualifier: 'live', Payload: Buffer.from('{}') }));
  const events = [];
  for await (const event of EventStream!) events.push(event);
  expect(events).toMatchObject([{ InvokeComplete: { ErrorCode: 'Runtime.ExitError', ErrorDetails: 'why' } }]);
  // The same path as the relay's.
  await starter({ functionName: FunctionName, qualifier: 'live' }).start('id');
  expect(lambda.calls[1].path).toBe(lambda.calls[0].path);
});

describe('on the emulated Lambda', () => {
  const folder = mkdtempSync(join(tmpdir(), 'worker-starter-'));
  let aws: EmulatedAws;
  beforeEach(async () => {
    aws = new EmulatedAws();
    await aws.start();
  });
  afterEach(() => aws.dispose());
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Starts a worker with this behavior of Lambda. */
  async function start(statements: string) {
    const ZipFile = `exports.handler = awslambda.streamifyResponse(async (event, out) => { ${statements} });`;
    await deploy(aws.services, {
      Resources: {
        Role: { Type: 'AWS::IAM::Role', Properties: {} },
        F: {
          Type: 'AWS::Lambda::Function',
          Properties: { Runtime: 'nodejs24.x', Handler: 'index.handler', Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, Code: { ZipFile }, Timeout: 20 },
        },
      },
    });
    const [[functionName, { lambda: fn }]] = aws.services.lambda.functions;
    const workers = starter({ functionName, region: 'us-east-1', endpoint: aws.url, credentials: aws.role.credentials });
    return { started: await workers.start('id-1'), fn: fn! };
  }

  test('a worker continues after the relay has closed the connection', async () => {
    const file = join(folder, 'go');
    const { started, fn } = await start(`out.write("\\n"); while (!require("node:fs").existsSync(${JSON.stringify(file)})) await new Promise((resolve) => setTimeout(resolve, 20)); out.end();`);
    expect(started).toBe('started');
    expect(fn.environments[0].state).toBe('busy');
    writeFileSync(file, '');
    await until(() => fn.environments[0].state === 'frozen');
  });

  test('the reason of a worker that cannot start arrives', async () => {
    expect((await start('throw new Error("no MONGO_URI");')).started).toEqual({ refused: expect.stringContaining('no MONGO_URI') });
  });
});
