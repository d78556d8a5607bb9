import { Redis } from 'ioredis';
import { describeWith } from '../../requires';
import { bodyOf, Deployment, get, serve } from './kit/queues';
import { startRedis, type TestRedis } from '../../../fixtures/runtime/redis';
import { until } from '../../../fixtures/runtime/until';
import { DEFAULT_SETTINGS, type WorkerQueue } from '../../../runtime/queue';
import type { Exchange } from '../../../runtime/shared/exchange';

const NOTHING = Buffer.alloc(0);
const ok = async (exchange: Exchange) => { await exchange.start({ statusCode: 200, headers: [] }); await exchange.end(); };

describeWith('redis-server')('a worker', () => {
  let redis: TestRedis;
  let admin: Redis;
  let deployment: Deployment;
  beforeAll(async () => {
    redis = await startRedis();
    admin = new Redis(redis.port);
  });
  afterAll(async () => {
    admin.disconnect();
    await redis.dispose();
  });
  beforeEach(() => { deployment = new Deployment(redis.uri); });
  afterEach(async () => { await deployment.dispose(); });

  const started = async (places = 10) => {
    const worker = deployment.worker();
    await worker.reportStarted();
    worker.setFree(places);
    return worker;
  };

  test('leaves when no request is waiting: its source ends, and its lease is deleted', async () => {
    const worker = await started();
    const taking = worker.take();
    expect(await worker.leave()).toBe(true);
    expect(await taking).toBeUndefined();
    expect(worker.ends.aborted).toBe(true);
    expect(await admin.hexists(`${deployment.base}workers`, worker.worker)).toBe(0);
  });

  test('stays when a request waits, and gets it', async () => {
    const worker = await started(0);
    const outcome = deployment.relay().submit(get('/'), NOTHING);
    await until(async () => await admin.zcard(`${deployment.base}waiting`) === 1);
    expect(await worker.leave()).toBe(false);
    void serve(worker, ok);
    expect(await outcome).toMatchObject({ kind: 'response', worker: worker.worker });
  });

  test('stays while it has an unfinished request', async () => {
    const worker = await started();
    const outcome = deployment.relay().submit(get('/'), NOTHING);
    const exchange = (await worker.take())!;
    expect(await worker.leave()).toBe(false);
    await ok(exchange);
    await bodyOf(await outcome);
    expect(await worker.leave()).toBe(true);
  });

  test('that is closed fails its requests, and returns its inbox to the queue', async () => {
    const closing = await started(1);
    const outcome = deployment.relay().submit(get('/'), NOTHING);
    await closing.take();
    await closing.close();
    expect(await outcome).toMatchObject({ kind: 'failed', message: 'the worker is closing' });
    expect(await closing.take()).toBeUndefined();
  });

  test('takes no more requests than it has places', async () => {
    const worker = await started(2);
    const relays = [1, 2, 3].map(() => deployment.relay().submit(get('/'), NOTHING, { waitMs: 3_000 }));
    const exchanges = [await worker.take(), await worker.take()];
    void worker.take();
    const kinds = await Promise.race([Promise.any(relays), Promise.all(relays)]);
    expect(kinds).toMatchObject({ kind: 'unavailable', reason: 'timeout' });
    for (const exchange of exchanges) await ok(exchange!);
  });

  test('that retires serves until another is open, and then its own streams only', async () => {
    const old = await started();
    void serve(old, ok);
    await old.generating('conversation');
    old.retire();
    const relay = deployment.relay();
    const served = async (streamId?: string) => {
      const outcome = await relay.submit(get('/'), NOTHING, { streamId });
      await bodyOf(outcome);
      return outcome.kind === 'response' && outcome.worker;
    };
    expect(await served()).toBe(old.worker);
    const young = await started();
    void serve(young, ok);
    // The old worker notices the new one with its next renewal.
    await until(async () => {
      for (let i = 0; i < 8; i++) if (await served() !== young.worker) return false;
      return true;
    });
    expect(await served('conversation')).toBe(old.worker);
  });

  test('that retires allows a start', async () => {
    const starts: string[] = [];
    const startWorker = async (id: string) => { starts.push(id); return 'started' as const; };
    const old = await started();
    void serve(old, ok);
    const relay = deployment.relay({ maxWorkers: 1, startWorker });
    await bodyOf(await relay.submit(get('/'), NOTHING));
    expect(starts).toHaveLength(0);
    old.retire();
    await until(async () => (await admin.hget(`${deployment.base}workers`, old.worker))!.endsWith(':0:0'));
    await bodyOf(await relay.submit(get('/'), NOTHING));
    expect(starts).toHaveLength(1);
  });

  test('pauses LibreChat while too much is unread', async () => {
    const worker = await started();
    const submitted = deployment.relay().submit(get('/'), NOTHING);
    const exchange = (await worker.take())!;
    await exchange.start({ statusCode: 200, headers: [] });
    const outcome = await submitted;
    const chunk = Buffer.alloc(32 * 1024, 'x');
    let written = 0;
    let ended = false;
    void (async () => {
      for (let i = 0; i < 64; i++) {
        await exchange.write(chunk);
        written += chunk.length;
      }
      await exchange.end();
      ended = true;
    })();
    const { windowBytes } = DEFAULT_SETTINGS;
    await until(() => written >= windowBytes - 2 * chunk.length);
    // After several polls, nothing has changed.
    const polls = 5;
    for (let i = 0; i < polls; i++) await deployment.beat();
    expect(written).toBeLessThanOrEqual(windowBytes);
    expect((await bodyOf(outcome)).length).toBe(64 * chunk.length);
    await until(() => ended);
  });

  test('abandons a request whose relay does not read the response', async () => {
    deployment = new Deployment(redis.uri, { ...deployment.settings, deadRelayMs: 500 });
    const worker = await started();
    const submitted = deployment.relay().submit(get('/'), NOTHING);
    const exchange = (await worker.take())!;
    await exchange.start({ statusCode: 200, headers: [] });
    await submitted;
    await exchange.write(Buffer.from('unread'));
    await until(() => exchange.gone.aborted);
    expect(exchange.gone.reason).toEqual(new Error('the relay does not read the response'));
    await exchange.write(Buffer.from('discarded'));
    await exchange.end();
  });

  test('that cannot store its response notifies the relay', async () => {
    const worker = await started();
    const submitted = deployment.relay().submit(get('/'), NOTHING);
    const exchange = (await worker.take())!;
    await exchange.start({ statusCode: 200, headers: [] });
    const outcome = await submitted;
    // As if Redis ran out of memory during the response: every append fails.
    await admin.set(`${deployment.base}response:${exchange.id}`, 'no stream', 'PX', 60_000);
    await exchange.write(Buffer.from('lost'));
    await until(() => exchange.gone.aborted);
    await admin.del(`${deployment.base}response:${exchange.id}`);
    await expect(bodyOf(outcome)).rejects.toThrow('the worker died');
    expect(deployment.log.lines).toContainEqual(expect.objectContaining({ event: 'response-abandoned' }));
  });

  test('whose lease is lost restores its lease, claims, streams and unread frames', async () => {
    const worker = await started();
    await worker.generating('conversation');
    const submitted = deployment.relay().submit(get('/'), NOTHING);
    const exchange = (await worker.take())!;
    await exchange.start({ statusCode: 200, headers: [] });
    const outcome = await submitted;
    await exchange.write(Buffer.from('before '));
    // The claim, the head, and the data that was written.
    await until(async () => (await admin.xrevrange(`${deployment.base}response:${exchange.id}`, '+', '-', 'COUNT', 1))[0]?.[0] === '3-0');
    await admin.flushall();
    await exchange.write(Buffer.from('after'));
    await exchange.end();
    expect((await bodyOf(outcome)).toString()).toBe('before after');
    await until(async () => await admin.get(`${deployment.base}stream:conversation`) === worker.worker);
    expect(await admin.hexists(`${deployment.base}workers`, worker.worker)).toBe(1);
  });

  test.each([
    ['has died', async (worker: WorkerQueue) => void await admin.hset(`${deployment.base}workers`, worker.worker, '1:10:1'), true],
    ['has left', async (worker: WorkerQueue) => void await worker.leave(), true],
    ['runs', async () => undefined, false],
  ])('recognizes a chat whose worker %s', async (_, end, orphaned) => {
    // Its renewals would restore its lease.
    const owner = deployment.worker({ settings: { ...deployment.settings, beatMs: 60_000, leaseMs: 60_000 } });
    await owner.reportStarted();
    await owner.generating('chat');
    await end(owner);
    expect(await (await started()).orphaned('chat')).toBe(orphaned);
  });

  test('does not mistake its own or unknown chats for those of a dead worker', async () => {
    const worker = await started();
    await worker.generating('chat');
    expect([await worker.orphaned('chat'), await worker.orphaned('unknown')]).toEqual([false, false]);
  });

  test('delivers the end of a response that Redis has lost', async () => {
    const worker = await started();
    const submitted = deployment.relay().submit(get('/'), NOTHING);
    const exchange = (await worker.take())!;
    await exchange.start({ statusCode: 200, headers: [] });
    const outcome = await submitted;
    await exchange.write(Buffer.from('all of it'));
    await exchange.end();
    await admin.flushall();
    expect((await bodyOf(outcome)).toString()).toBe('all of it');
  });

  test('does not execute a request again that Redis has lost', async () => {
    const worker = await started();
    const submitted = deployment.relay().submit(get('/once'), NOTHING);
    const exchange = (await worker.take())!;
    await admin.flushall();
    let again = false;
    void worker.take().then((other) => { again = other !== undefined; });
    await until(async () => await admin.hexists(`${deployment.base}request:${exchange.id}`, 'attempt') === 1);
    await ok(exchange);
    await bodyOf(await submitted);
    expect(again).toBe(false);
  });
});
