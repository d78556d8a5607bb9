import { randomBytes } from 'node:crypto';
import { respond } from './kit/exchanges';
import { useWorld } from './kit/use-world';
import type { World } from './kit/world';
import { proxyEvent } from '../../../fixtures/runtime/events';
import { until } from '../../../fixtures/runtime/until';
import { DEFAULT_SETTINGS } from '../../../runtime/queue';
import type { Exchange } from '../../../runtime/shared/exchange';
import { describeWith } from '../../requires';
import { contentOf } from '../queue/kit/queues';

jest.setTimeout(60_000);

describeWith('redis-server')('the relay', () => {
  let world: World;
  useWorld((started) => { world = started; });

  test('passes a request to a worker, and returns its response', async () => {
    const seen: Exchange[] = [];
    const worker = await world.worker(async (exchange) => {
      seen.push(exchange);
      await respond(['one ', 'two'], { headers: ['content-type', 'text/plain', 'set-cookie', 'a=1', 'set-cookie', 'b=2', 'connection', 'close'] })(exchange);
    });
    const relay = world.relay();
    const response = await relay.send(proxyEvent('/api/agents/chat/stream/abc', {
      multiValueQueryStringParameters: { generationCreatedAt: ['5'] }, multiValueHeaders: { 'Accept': ['text/event-stream'], 'x-api-key': ['secret'] },
    }));
    expect(response).toMatchObject({
      statusCode: 200, headers: { 'content-type': 'text/plain' }, multiValueHeaders: { 'set-cookie': ['a=1', 'b=2'] }, end: {},
    });
    expect(response.body.toString()).toBe('one two');
    expect(response.headers).not.toHaveProperty('connection');
    expect(seen[0].head).toEqual({
      method: 'GET',
      path: '/api/agents/chat/stream/abc?generationCreatedAt=5',
      headers: ['Accept', 'text/event-stream', 'Host', 'localhost', 'X-Forwarded-For', '198.51.100.7', 'X-Forwarded-Proto', 'https'],
      bodyLength: 0,
    });
    await until(() => relay.logged('request').length);
    expect(relay.logged('request')).toEqual([{
      level: 'info',
      source: 'relay',
      event: 'request',
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      apiRequestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
      method: 'GET',
      path: '/api/agents/chat/stream/abc',
      statusCode: 200,
      result: 'response',
      worker: worker.worker,
      queueId: seen[0].id,
      queuedMs: expect.any(Number),
      claimedMs: expect.any(Number),
      firstByteMs: expect.any(Number),
      endMs: expect.any(Number),
    }]);
  });

  test('sends the metadata before the body begins', async () => {
    let go = () => undefined as void;
    await world.worker(async (exchange) => {
      await exchange.start({ statusCode: 200, headers: ['content-type', 'text/event-stream'] });
      await new Promise<void>((resolve) => { go = resolve; });
      await exchange.write(Buffer.from('data: 1\n\n'));
      await exchange.end();
    });
    const { body } = await world.relay().invoke(proxyEvent('/api/stream'));
    const chunks = body[Symbol.asyncIterator]();
    let head = Buffer.alloc(0);
    while (head.indexOf(Buffer.alloc(8)) < 0) head = Buffer.concat([head, (await chunks.next()).value as Buffer]);
    expect(head.subarray(-8)).toEqual(Buffer.alloc(8));
    go();
    expect(String((await chunks.next()).value)).toBe('data: 1\n\n');
  });

  test.each([
    ['GET', 204, {}], ['GET', 304, { etag: 'W/"x"' }], ['HEAD', 200, { 'content-type': 'text/html' }],
  ])('%s with %d has metadata, length 0 and no body', async (method, statusCode, headers) => {
    await world.worker(respond([], { statusCode, headers: Object.entries(headers).flat() }));
    const response = await world.relay().send(proxyEvent('/api', { method }));
    expect(response).toMatchObject({ statusCode, headers: { ...headers, 'content-length': '0' }, end: {} });
    expect(response.body).toHaveLength(0);
  });

  test('starts a worker if there is none, and closes the connection after its first byte', async () => {
    world.startWorkersWith(respond());
    const relay = world.relay();
    expect((await relay.send(proxyEvent('/api'))).body.toString()).toBe('hello');
    const [call, ...others] = world.lambda.calls;
    expect(others).toEqual([]);
    expect(call).toMatchObject({
      path: '/2021-11-15/functions/worker/response-streaming-invocations', event: { startWorker: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
    await call.hungUp;
    await until(() => relay.logged('worker-started').length);
    await relay.send(proxyEvent('/api'));
    expect(world.lambda.calls).toHaveLength(1);
    expect(relay.logged('worker-started')).toHaveLength(1);
  });

  test('reads Redis\' password and the sealing secret, and ignores the endpoints for LibreChat', async () => {
    await world.worker(respond());
    const uri = world.aws.services.secretsManager.create('redis', JSON.stringify({ uri: world.redis.uri })).arn;
    const relay = world.relay({ environment: { REDIS_URI: '', VALUE_FROM_REDIS_URI: `${uri}:uri::`, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' } });
    expect((await relay.send(proxyEvent('/api'))).statusCode).toBe(200);
  });

  describe('uploads', () => {
    const large = randomBytes(4_400_000);
    const upload = proxyEvent('/api/files', {
      method: 'POST', body: large.toString('base64'), isBase64Encoded: true, multiValueHeaders: { 'Content-Type': ['application/octet-stream'] },
    });

    test('of 4.4 MB arrive complete', async () => {
      await world.worker(async (exchange) => {
        expect((await contentOf(exchange)).equals(large)).toBe(true);
        await respond([String(exchange.head.bodyLength)])(exchange);
      }, { settings: DEFAULT_SETTINGS });
      // The default leases: megabytes of data block the renewals of the worker in this process.
      expect((await world.relay({ queue: DEFAULT_SETTINGS }).send(upload)).body.toString()).toBe('4400000');
    });

    test('stay in the relay until a worker requests them', async () => {
      let start: () => void = () => undefined;
      world.lambda.behaviour = { kind: 'run', function: () => new Promise<void>((resolve) => { start = resolve; }) };
      const response = world.relay().send(upload);
      await until(() => world.lambda.calls.length);
      const used = await world.usedBytes();
      expect(used).toBeGreaterThan(0);
      expect(used).toBeLessThan(64 * 1024);
      await world.worker(async (exchange) => respond([String((await contentOf(exchange)).length)])(exchange));
      start();
      expect((await response).body.toString()).toBe('4400000');
    });

    test('over the limit get a 413, and are not written to Redis', async () => {
      const relay = world.relay({ settings: { maxBodyBytes: 1000 } });
      const post = (length: number) => relay.send(proxyEvent('/api', { method: 'POST', body: 'x'.repeat(length) }));
      expect(await post(1001)).toMatchObject({ statusCode: 413, headers: { 'content-type': 'application/json' }, end: {} });
      expect(await world.usedBytes()).toBe(0);
      expect(world.lambda.calls).toEqual([]);
      await world.worker(respond());
      expect(await post(1000)).toMatchObject({ statusCode: 200 });
    });
  });

  test('a response without a reader does not fill the relay\'s memory: the worker waits', async () => {
    const total = 64 * 1024 * 1024;
    let written = 0;
    await world.worker(async (exchange) => {
      await exchange.start({ statusCode: 200, headers: [] });
      for (; written < total; written += 65_536) await exchange.write(Buffer.alloc(65_536, 120));
      await exchange.end();
    }, { settings: DEFAULT_SETTINGS });
    // The default leases: megabytes of data block relay and worker.
    const { body } = await world.relay({ queue: DEFAULT_SETTINGS }).invoke(proxyEvent('/api/download'));
    let before = -1;
    // It continues while buffers on the way accept data.
    await until(async () => {
      const still = before === written && written > 0;
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 300));
      return still;
    });
    expect(written).toBeLessThan(total / 2);
    let read = 0;
    for await (const part of body) read += (part as Buffer).length;
    expect(read).toBeGreaterThan(total);
    expect(written).toBe(total);
  });

  test('pads events if configured', async () => {
    await world.worker(respond(['data: 1\n\nda', 'ta: 2\n\n'], { headers: ['content-type', 'text/event-stream'] }));
    const padded = await world.relay({ environment: { RELAY_PAD_EVENTS_TO: '20' } }).send(proxyEvent('/api'));
    expect(padded.body.toString()).toBe(`data: 1\n\n:${' '.repeat(8)}\n\ndata: 2\n\n:${' '.repeat(8)}\n\n`);
    expect((await world.relay().send(proxyEvent('/api'))).body.toString()).toBe('data: 1\n\ndata: 2\n\n');
  });

  test('a scheduled event starts a worker as a request does, and never fails', async () => {
    const paths: string[] = [];
    world.startWorkersWith(async (exchange) => {
      paths.push(exchange.head.path);
      await respond()(exchange);
    });
    const relay = world.relay();
    const tick = async () => {
      const { body, ended } = await relay.invoke({ 'source': 'aws.events', 'detail-type': 'Scheduled Event' });
      let text = '';
      for await (const part of body) text += part;
      expect(await ended).toEqual({});
      return JSON.parse(text) as unknown;
    };
    expect(await tick()).toEqual({ outcome: 'response', statusCode: 200 });
    expect(paths).toEqual(['/livez']);
    expect(world.lambda.calls).toHaveLength(1);
    await world.reset();
    world.lambda.behaviour = { kind: 'refuse', status: 409, type: 'CodeArtifactUserPendingException' };
    const [other] = [world.relay()];
    const { body, ended } = await other.invoke({ source: 'aws.scheduler' });
    body.resume();
    expect(await ended).toEqual({});
  });

  test('rejects any other event, and names it', async () => {
    const relay = world.relay();
    const { body, ended } = await relay.invoke({ version: '2.0', routeKey: '$default' });
    body.on('error', () => undefined).resume();
    expect((await ended).error).toMatchObject({ type: 'Function.UnknownEvent', message: expect.stringContaining('got one with: version, routeKey') });
  });

  test('fails at init without a variable that it needs', async () => {
    const relay = world.relay({ environment: { RELAY_MAX_WORKERS: '' } });
    await expect(relay.invoke(proxyEvent('/api'))).rejects.toThrow('`RELAY_MAX_WORKERS` must be set, got: ""');
  });
});
