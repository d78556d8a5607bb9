import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { InvokeWithResponseStreamCommand, LambdaClient, type InvokeWithResponseStreamResponseEvent } from '@aws-sdk/client-lambda';
import { sign } from 'aws4';
import { event, Functions, states } from './functions';
import { Cloud } from '../../../../emulator/core/cloud';
import { EventStream } from '../../../../emulator/core/events';
import { AwsServer } from '../../../../emulator/services/aws-server';
import { encodeEvent } from '../../../../emulator/services/lambda/event-stream';
import type { LambdaFunction } from '../../../../emulator/services/lambda/lambda-function';
import { Services } from '../../../../emulator/services/services';
import { until } from '../../../../fixtures/runtime/until';

jest.setTimeout(30_000);

const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:test';
const CREDENTIALS = { accessKeyId: 'ASIACALLER', secretAccessKey: 'secret', sessionToken: 'token' };

let functions: Functions;
let fn: LambdaFunction;
let aws: AwsServer;
let services: Services;

beforeEach(async () => {
  services = new Services(new Cloud(new EventStream()));
  aws = new AwsServer(services);
  await aws.start();
  services.iam.roles.set('caller', {
    name: 'caller',
    arn: 'arn:aws:iam::123456789012:role/caller',
    credentials: CREDENTIALS,
    statements: [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: ARN }],
  });
  functions = new Functions();
  fn = functions.make({ arn: ARN });
  services.lambda.functions.set(ARN, { logicalId: 'F', arn: ARN, name: 'test', permissions: [], lambda: fn });
});

afterEach(async () => {
  await functions.dispose();
  await services.cloud.dispose();
});

async function invoke(payload: Buffer, FunctionName = 'test'): Promise<AsyncIterator<InvokeWithResponseStreamResponseEvent>> {
  const client = new LambdaClient({ endpoint: aws.url, region: 'us-east-1', credentials: CREDENTIALS, maxAttempts: 1 });
  const command = new InvokeWithResponseStreamCommand({ FunctionName, Payload: payload });
  const { EventStream: events, StatusCode, ExecutedVersion } = await client.send(command);
  expect([StatusCode, ExecutedVersion]).toEqual([200, '$LATEST']);
  return events![Symbol.asyncIterator]();
}

async function all(events: AsyncIterator<InvokeWithResponseStreamResponseEvent>): Promise<InvokeWithResponseStreamResponseEvent[]> {
  const list: InvokeWithResponseStreamResponseEvent[] = [];
  for (let next = await events.next(); !next.done; next = await events.next()) list.push(next.value);
  return list;
}

/** Makes the function write its next chunk. */
const go = (piece: number) => writeFileSync(join(functions.folder, String(piece)), '');

const textOf = (events: InvokeWithResponseStreamResponseEvent[]) =>
  events.map(({ PayloadChunk }) => Buffer.from(PayloadChunk?.Payload ?? []).toString()).join('');

// https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html
describe('InvokeWithResponseStream', () => {
  test('returns each chunk when the function writes it, and InvokeComplete at the end', async () => {
    go(0);
    const events = await invoke(event('stepwise', { folder: functions.folder, pieces: ['a', 'b'] }));
    const first = await events.next();
    expect(textOf([first.value])).toBe('a');
    go(1);
    const rest = await all(events);
    expect(textOf(rest)).toBe('b');
    expect(rest.at(-1)).toMatchObject({ InvokeComplete: {} });
    expect(rest.at(-1)!.InvokeComplete!.ErrorCode).toBeUndefined();
  });

  test('also returns a buffered response', async () => {
    expect(textOf(await all(await invoke(event('echo', { n: 1 }))))).toBe('{"do":"echo","n":1}');
  });

  test('ends with the error of a function that fails before or after its first byte', async () => {
    const [failed] = await all(await invoke(event('crash')));
    expect(failed.InvokeComplete).toMatchObject({ ErrorCode: 'Runtime.ExitError' });
    const events = await invoke(event('crashMidStream', { file: join(functions.folder, '0') }));
    expect(textOf([(await events.next()).value])).toBe('partial');
    go(0);
    const broken = await all(events);
    expect(broken.at(-1)!.InvokeComplete).toMatchObject({ ErrorCode: expect.stringMatching(/^Runtime\./) });
  });

  test('fails without lambda:InvokeFunction', async () => {
    services.iam.roles.get('caller')!.statements.splice(0);
    await expect(invoke(event('echo'))).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
  test('the function runs to its end after the client has disconnected', async () => {
    go(0);
    const { host, hostname, port } = new URL(aws.url);
    const path = '/2021-11-15/functions/test/response-streaming-invocations';
    const body = event('stepwise', { folder: functions.folder, pieces: ['a', 'x'.repeat(1_000_000), 'c'] }).toString();
    const { headers } = sign({ host, path, method: 'POST', service: 'lambda', region: 'us-east-1', body }, CREDENTIALS);
    const sent = request({ hostname, port, path, method: 'POST', headers }).end(body);
    const [response] = await once(sent, 'response') as [IncomingMessage];
    await once(response, 'data');
    response.destroy();
    await once(response, 'close');
    expect(states(fn)).toEqual(['busy']);
    go(1);
    go(2);
    await until(() => states(fn).includes('frozen'));
    expect(fn.environments).toHaveLength(1);
  });
});

// https://smithy.io/2.0/aws/amazon-eventstream.html
test('an event has its length, the length of its headers, and the CRC-32 of prelude and message', () => {
  const message = encodeEvent('PayloadChunk', 'application/octet-stream', Buffer.from('payload'));
  expect(message.readUInt32BE(0)).toBe(message.length);
  expect(message.readUInt32BE(8)).toBe(crc32(message.subarray(0, 8)));
  expect(message.readUInt32BE(message.length - 4)).toBe(crc32(message.subarray(0, -4)));
  expect(message.subarray(12 + message.readUInt32BE(4), -4).toString()).toBe('payload');
});
