import { createServer, type AddressInfo, type Server } from 'node:net';
import { respond } from './kit/exchanges';
import { useWorld } from './kit/use-world';
import type { World } from './kit/world';
import { proxyEvent } from '../../../fixtures/runtime/events';
import { Link } from '../../../fixtures/runtime/link';
import { until } from '../../../fixtures/runtime/until';
import { DEFAULT_SETTINGS, scaledSettings } from '../../../runtime/queue';
import { readSettings } from '../../../runtime/relay/settings';
import { describeWith } from '../../requires';

jest.setTimeout(60_000);

/** A worker that loses its lease and gives up soon after it has lost Redis. */
const MORTAL = scaledSettings(5, { leaseMs: 3_000, outageMs: 1_000 });

describeWith('redis-server')('a relay that has no response to give', () => {
  let world: World;
  useWorld((started) => { world = started; });

  describe('sends a 503 that makes the page repeat the request, without the reason,', () => {
    const NOT_READY = { code: 'SERVER_NOT_READY', message: expect.any(String) };

    async function expectNotReady(relay: ReturnType<World['relay']>, retryAfter: string, reason: RegExp) {
      const response = await relay.send(proxyEvent('/api/agents/chat', { method: 'POST', body: '{}' }));
      expect(response).toMatchObject({
        statusCode: 503, end: {}, headers: { 'content-type': 'application/json', 'retry-after': retryAfter, 'cache-control': 'no-store' },
      });
      const body = JSON.parse(response.body.toString()) as { message: string };
      expect(body).toEqual(NOT_READY);
      expect(body.message).not.toMatch(reason);
      await until(() => relay.logged('request').length);
      expect(relay.logged('request')[0]).toMatchObject({ level: 'warn', statusCode: 503, result: 'unavailable', reason: expect.stringMatching(reason) });
    }

    test('when Lambda throttles the start: at once, so that the place is free', async () => {
      world.lambda.behaviour = { kind: 'refuse', status: 429, type: 'TooManyRequestsException', message: 'Rate Exceeded.' };
      await expectNotReady(world.relay(), '2', /^refused: .*429 TooManyRequestsException/);
      expect(world.lambda.calls).toHaveLength(1);
    });

    test('when the function is inactive', async () => {
      world.lambda.behaviour = { kind: 'refuse', status: 502, type: 'ResourceNotReadyException' };
      await expectNotReady(world.relay(), '15', /^refused: .*ResourceNotReady/);
    });

    test('when the worker fails at start', async () => {
      world.lambda.behaviour = { kind: 'function-error', errorType: 'Runtime.ExitError', details: 'MONGO_URI is wrong' };
      await expectNotReady(world.relay(), '10', /^refused: .*MONGO_URI is wrong/);
    });

    test('when the last worker could not start', async () => {
      const worker = await world.worker(respond());
      await worker.reportBroken('MONGO_URI is wrong');
      await worker.close();
      await expectNotReady(world.relay(), '10', /^broken: .*MONGO_URI is wrong/);
      expect(world.lambda.calls).toEqual([]);
    });

    test('when no worker takes it in time', async () => {
      world.lambda.behaviour = { kind: 'run', function: () => undefined };
      await expectNotReady(world.relay({ queue: { waitMs: 300 } }), '2', /^timeout: /);
      expect(await world.inspector.zcard(`${world.keys}waiting`)).toBe(0);
    });

    test('when the sealing secret cannot be read, and serves once it can be', async () => {
      world.aws.fault = () => 'reset';
      const relay = world.relay();
      await expectNotReady(relay, '5', /^redis: `QUEUE_SEALING_SECRET` could not be read/);
      world.aws.fault = undefined;
      await world.worker(respond());
      expect((await relay.send(proxyEvent('/api'))).statusCode).toBe(200);
    });

    test('when Redis does not take connections', async () => {
      await expectNotReady(world.relay({ environment: { REDIS_URI: 'redis://127.0.0.1:1' } }), '5', /^redis: .*ECONNREFUSED/);
    });

    test('when Redis does not reply', async () => {
      const silent: Server = createServer(() => undefined).listen(0, '127.0.0.1');
      await until(() => silent.listening);
      const uri = `redis://127.0.0.1:${(silent.address() as AddressInfo).port}`;
      await expectNotReady(world.relay({ environment: { REDIS_URI: uri }, queue: { unreachableMs: 200 } }), '5', /^redis: no reply from Redis within 200 ms/);
      silent.close();
    });

    test('in under 3 s if Redis cannot be reached, also at a cold start', () => {
      const { initMs } = readSettings({});
      // Node itself takes up to 0.3 s on the CPU share of the function.
      expect(initMs + DEFAULT_SETTINGS.unreachableMs).toBeLessThanOrEqual(2_700);
    });
  });

  describe('sends a 502, and does not repeat a request that a worker has claimed,', () => {
    async function expectFailed(relay: ReturnType<World['relay']>, reason: RegExp) {
      const response = await relay.send(proxyEvent('/api', { method: 'POST', body: '{}' }));
      expect(response).toMatchObject({ statusCode: 502, end: {} });
      expect(JSON.parse(response.body.toString())).toEqual({ code: 'SERVER_FAILED', message: 'The server failed before it responded.' });
      await until(() => relay.logged('request').length);
      expect(relay.logged('request')[0]).toMatchObject({ level: 'warn', statusCode: 502, result: 'failed', worker: expect.any(String), reason: expect.stringMatching(reason) });
      expect(world.lambda.calls).toEqual([]);
    }

    test('when the worker abandons it', async () => {
      let times = 0;
      await world.worker(async (exchange) => {
        times += 1;
        await exchange.fail('LibreChat has exited');
      });
      await expectFailed(world.relay(), /LibreChat has exited/);
      expect(times).toBe(1);
    });

    test('when the worker dies', async () => {
      const link = new Link(world.redis.port);
      await link.open();
      await world.worker(async () => link.cut(), { uri: `redis://127.0.0.1:${link.port}`, settings: MORTAL });
      await expectFailed(world.relay({ queue: { leaseMs: MORTAL.leaseMs } }), /the worker died/);
      link.close();
    });

    test('when the response headers are too long, and serves further requests', async () => {
      let headers = ['x-long', 'x'.repeat(16 * 1024)];
      await world.worker((exchange) => respond(['body'], { headers })(exchange));
      const relay = world.relay();
      await expectFailed(relay, /response headers must fit 16376 bytes/);
      headers = [];
      await until(() => relay.lambda.environments.every(({ state }) => state === 'frozen'));
      expect(await relay.send(proxyEvent('/api'))).toMatchObject({ statusCode: 200 });
      expect(relay.lambda.environments).toHaveLength(1);
    });
  });

  describe('aborts a response that has begun', () => {
    async function expectBroken(relay: ReturnType<World['relay']>, reason: RegExp) {
      const response = await relay.send(proxyEvent('/api'));
      expect(response).toMatchObject({ statusCode: 200, end: { error: { type: 'Function.ResponseBroken' } } });
      expect(response.body.toString()).toBe('begun');
      await until(() => relay.logged('request').length);
      expect(relay.logged('request')[0]).toMatchObject({ level: 'warn', statusCode: 200, result: 'broken', reason: expect.stringMatching(reason) });
    }

    test('when the worker abandons it', async () => {
      await world.worker(async (exchange) => {
        await exchange.start({ statusCode: 200, headers: [] });
        await exchange.write(Buffer.from('begun'));
        await exchange.fail('LibreChat has exited');
      });
      await expectBroken(world.relay(), /LibreChat has exited/);
    });

    test('when a frame was tampered with, which is logged without its content', async () => {
      await world.worker(async (exchange) => {
        await exchange.start({ statusCode: 200, headers: [] });
        await exchange.write(Buffer.from('begun'));
        const key = `${world.keys}response:${exchange.id}`;
        await until(async () => (await world.inspector.xinfo('STREAM', key).then((info) => info as string[]))[7] === '3-0');
        await world.inspector.xadd(key, '4-0', 'f', 'secret-content');
      });
      const relay = world.relay();
      await expectBroken(relay, /could not be opened/);
      expect(relay.logged('frame-invalid')).toEqual([expect.objectContaining({ level: 'warn', key: expect.stringContaining(':response:') })]);
      expect(relay.output.join()).not.toContain('secret-content');
    });

    test('before its own timeout, and the worker is notified', async () => {
      let gone: AbortSignal | undefined;
      await world.worker(async (exchange) => {
        gone = exchange.gone;
        await exchange.start({ statusCode: 200, headers: [] });
        await exchange.write(Buffer.from('begun'));
      });
      await expectBroken(world.relay({ settings: { endBeforeTimeoutMs: 9_000 }, lambda: { timeoutMs: 12_000 } }), /the time of the function ran out/);
      await until(() => gone!.aborted);
    });
  });

  test('sends a 504 when it times out before a response has begun', async () => {
    await world.worker(() => new Promise(() => undefined));
    const response = await world.relay({ settings: { endBeforeTimeoutMs: 9_000 }, lambda: { timeoutMs: 12_000 } }).send(proxyEvent('/api'));
    expect(response).toMatchObject({ statusCode: 504, end: {} });
    expect(JSON.parse(response.body.toString())).toMatchObject({ code: 'SERVER_TIMEOUT' });
  });

  test('ends 10 s before the function does', () => {
    expect(readSettings({}).endBeforeTimeoutMs).toBe(10_000);
  });
});
