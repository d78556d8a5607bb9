import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from '../../../fixtures/runtime/until';
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

/** Accepts one POST as the platform does, and returns it. */
function taken(): Promise<{ url?: string; headers: IncomingMessage['headers']; body: string }> {
  return new Promise((resolve) => {
    handle = async (request, response) => {
      const body = await collect(request);
      response.writeHead(202).end('{"status":"OK"}');
      resolve({ url: request.url, headers: request.headers, body });
    };
  });
}

test('next returns the event with its metadata', async () => {
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
  await expect(api.next()).rejects.toThrow('Lambda\'s Runtime API responded with 403 to /next: {"errorType":"InvalidStateTransition"}');
});

test('a response begins with its first bytes, is declared as streamed, and echoes the attempt', async () => {
  const platform = taken();
  const response = api.begin(INVOCATION, Buffer.from('one'));
  await response.end();
  const { url, headers, body } = await platform;
  expect(url).toBe('/2018-06-01/runtime/invocation/r1/response');
  expect(headers).toMatchObject({
    'lambda-runtime-function-response-mode': 'streaming',
    'transfer-encoding': 'chunked',
    'lambda-runtime-invocation-id': 'attempt-1',
  });
  expect(body).toBe('one');
});

test('the first bytes are there before the end', async () => {
  let first = '';
  handle = (request, response) => {
    request.on('data', (chunk) => (first += String(chunk))).once('end', () => response.writeHead(202).end());
  };
  const response = api.begin(INVOCATION, Buffer.from('one'));
  await until(() => first === 'one');
  await response.end();
});

test('a complete response is JSON with a length', async () => {
  const platform = taken();
  await api.respond(INVOCATION, { ok: true });
  expect(await platform).toMatchObject({ headers: { 'content-length': '11', 'lambda-runtime-invocation-id': 'attempt-1' }, body: '{"ok":true}' });
});

test('an error has its type in a header', async () => {
  const platform = taken();
  await api.fail(INVOCATION, new RuntimeError('Function.SomeType', 'no'));
  expect(await platform).toMatchObject({
    url: '/2018-06-01/runtime/invocation/r1/error',
    headers: { 'lambda-runtime-function-error-type': 'Function.SomeType', 'lambda-runtime-invocation-id': 'attempt-1' },
  });
});

test('an init error belongs to no invocation', async () => {
  const platform = taken();
  await api.failInit(new RuntimeError('Runtime.NoConfig', 'no'));
  const { url, headers, body } = await platform;
  expect(url).toBe('/2018-06-01/runtime/init/error');
  expect(headers).not.toHaveProperty('lambda-runtime-invocation-id');
  expect(JSON.parse(body)).toEqual({ errorType: 'Runtime.NoConfig', errorMessage: 'no', stackTrace: [] });
});

describe('the end of a response that the platform rejects reports', () => {
  test('a reset, at any time', async () => {
    const reset = new Promise<void>((resolve) => {
      handle = (request) => void request.once('data', () => {
        request.socket.once('close', () => resolve()).resetAndDestroy();
      });
    });
    const response = api.begin(INVOCATION, Buffer.from('x'));
    await reset;
    await expect(response.end()).rejects.toThrow();
  });

  test('a rejection, with its reason', async () => {
    handle = (request, response) => void request.resume().once('end', () => response.writeHead(413).end('too large'));
    await expect(api.begin(INVOCATION, Buffer.from('x')).end()).rejects.toThrow('Lambda\'s Runtime API responded with 413 to a response: too large');
  });
});
