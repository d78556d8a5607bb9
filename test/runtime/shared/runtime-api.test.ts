import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { RuntimeApi, RuntimeError, type Invocation } from '../../../runtime/shared/runtime-api';

let server: Server;
let handle: RequestListener;
let api: RuntimeApi;

beforeAll(async () => {
  server = createServer((request, response) => handle(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  api = new RuntimeApi(`127.0.0.1:${(server.address() as AddressInfo).port}`);
});

afterAll(() => void server.close());

const INVOCATION: Invocation = { requestId: 'r1', deadline: 0, event: {}, invocationId: 'attempt-1' };

async function collect(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += part;
  return text;
}

/** Takes one POST as the platform does, and tells what came. */
function taken(): Promise<{ url?: string; headers: IncomingMessage['headers']; trailers: IncomingMessage['trailers']; body: string }> {
  return new Promise((resolve) => {
    handle = async (request, response) => {
      const body = await collect(request);
      response.writeHead(202).end('{"status":"OK"}');
      resolve({ url: request.url, headers: request.headers, trailers: request.trailers, body });
    };
  });
}

test('next gives the event with what the platform says of it', async () => {
  handle = (request, response) => {
    expect(request.url).toBe('/2018-06-01/runtime/invocation/next');
    response.writeHead(200, {
      'Lambda-Runtime-Aws-Request-Id': 'r1', 'Lambda-Runtime-Deadline-Ms': '1700000000000', 'Lambda-Runtime-Invocation-Id': 'attempt-1',
    }).end('{"a":"ü"}');
  };
  expect(await api.next()).toEqual({ requestId: 'r1', deadline: 1700000000000, invocationId: 'attempt-1', event: { a: 'ü' } });
});

test('fails when next is refused', async () => {
  handle = (_request, response) => response.writeHead(403).end('{"errorType":"InvalidStateTransition"}');
  await expect(api.next()).rejects.toThrow('Lambda\'s Runtime API answered 403 to /next: {"errorType":"InvalidStateTransition"}');
});

test('a streamed response says so and echoes the attempt', async () => {
  const platform = taken();
  const out = api.stream(INVOCATION, 'text/x');
  await out.write(Buffer.from('one'));
  await out.write(Buffer.from('two'));
  await out.end();
  const { url, headers, trailers, body } = await platform;
  expect(url).toBe('/2018-06-01/runtime/invocation/r1/response');
  expect(headers).toMatchObject({
    'content-type': 'text/x',
    'lambda-runtime-function-response-mode': 'streaming',
    'transfer-encoding': 'chunked',
    'lambda-runtime-invocation-id': 'attempt-1',
  });
  expect(trailers).toEqual({});
  expect(body).toBe('onetwo');
});

test('an error in mid-stream goes into the trailers', async () => {
  const platform = taken();
  const out = api.stream(INVOCATION, 'text/x');
  await out.write(Buffer.from('one'));
  await out.fail(new RuntimeError('Some.Type', 'broken ü'));
  const { headers, trailers } = await platform;
  expect(headers.trailer).toBe('Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body');
  expect(trailers['lambda-runtime-function-error-type']).toBe('Some.Type');
  const report = Buffer.from(trailers['lambda-runtime-function-error-body'] as string, 'base64').toString();
  expect(JSON.parse(report)).toEqual({ errorType: 'Some.Type', errorMessage: 'broken ü', stackTrace: [] });
});

test('a whole answer is JSON with a length', async () => {
  const platform = taken();
  await api.respond(INVOCATION, { ok: true });
  expect(await platform).toMatchObject({ headers: { 'content-length': '11', 'lambda-runtime-invocation-id': 'attempt-1' }, body: '{"ok":true}' });
});

test('an error has its type in a header', async () => {
  const platform = taken();
  await api.fail(INVOCATION, new RuntimeError('Some.Type', 'no'));
  expect(await platform).toMatchObject({
    url: '/2018-06-01/runtime/invocation/r1/error',
    headers: { 'lambda-runtime-function-error-type': 'Some.Type', 'lambda-runtime-invocation-id': 'attempt-1' },
  });
});

test('an init error belongs to no invocation', async () => {
  const platform = taken();
  await api.failInit(new Error('no'));
  const { url, headers, body } = await platform;
  expect(url).toBe('/2018-06-01/runtime/init/error');
  expect(headers).not.toHaveProperty('lambda-runtime-invocation-id');
  expect(JSON.parse(body)).toEqual({ errorType: 'Error', errorMessage: 'no', stackTrace: [] });
});

describe('a platform that takes no more', () => {
  test('by a reset: writing comes to an end, and the end tells', async () => {
    handle = (request) => void request.once('data', () => request.socket.resetAndDestroy());
    const out = api.stream(INVOCATION, 'text/x');
    const lost = new Promise<void>((resolve) => out.onLost(resolve));
    while (!out.lost) {
      await out.write(Buffer.alloc(64 * 1024));
      await sleep(1);
    }
    await lost;
    await out.write(Buffer.from('more'));
    await expect(out.end()).rejects.toThrow();
  });

  test('while it is slow: whoever waits to write is let go', async () => {
    handle = (request) => void setTimeout(() => request.socket.resetAndDestroy(), 50);
    const out = api.stream(INVOCATION, 'text/x');
    await Promise.all([1, 2, 3].map(() => out.write(Buffer.alloc(16 * 1024 * 1024))));
    await expect(out.end()).rejects.toThrow();
  });

  test('by a refusal: the end tells its reason', async () => {
    handle = (request, response) => void request.resume().once('end', () => response.writeHead(413).end('too large'));
    const out = api.stream(INVOCATION, 'text/x');
    await out.write(Buffer.from('x'));
    await expect(out.end()).rejects.toThrow('Lambda\'s Runtime API answered 413 to a response: too large');
  });
});

test('a slow platform slows the writer down', async () => {
  let request: IncomingMessage | undefined;
  handle = (incoming, response) => {
    request = incoming;
    incoming.once('end', () => response.writeHead(202).end());
  };
  const out = api.stream(INVOCATION, 'text/x');
  let written = 0;
  let blocked = false;
  while (!blocked) {
    const write = out.write(Buffer.alloc(1024 * 1024)).then(() => 'written');
    blocked = (await Promise.race([write, sleep(1_000, 'blocked')])) === 'blocked';
    written += 1;
    expect(written).toBeLessThan(64);
  }
  expect(out.full).toBe(true);
  request!.resume();
  await out.end();
});
