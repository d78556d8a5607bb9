import { randomBytes } from 'node:crypto';
import { describeWith } from '../../requires';
import { bodyOf, contentOf, Deployment, get, post, serve, until } from './kit/queues';
import { startRedis, type TestRedis } from '../../../fixtures/runtime/redis';
import { ResponseBroken, scaledSettings, type Started } from '../../../runtime/queue';
import type { Exchange } from '../../../runtime/shared/exchange';

const NOTHING = Buffer.alloc(0);
const ok = async (exchange: Exchange) => { await exchange.start({ statusCode: 200, headers: [] }); await exchange.end(); };

describeWith('redis-server')('a request', () => {
  let redis: TestRedis;
  let deployment: Deployment;
  beforeAll(async () => { redis = await startRedis(); });
  afterAll(async () => { await redis.dispose(); });
  beforeEach(() => { deployment = new Deployment(redis.uri); });
  afterEach(async () => { await deployment.dispose(); });

  const startedWorker = async (handle: (exchange: Exchange) => Promise<void>, places = 10) => {
    const worker = deployment.worker();
    await worker.reportStarted();
    void serve(worker, handle, places);
    return worker;
  };

  test('that no worker claims in time is taken back: no worker gets it later', async () => {
    const relay = deployment.relay();
    expect(await relay.submit(get('/'), NOTHING, { waitMs: 300 })).toMatchObject({ kind: 'unavailable', reason: 'timeout' });
    const paths: string[] = [];
    await startedWorker(async (exchange) => { paths.push(exchange.head.path); await ok(exchange); });
    await bodyOf(await relay.submit(get('/next'), NOTHING));
    expect(paths).toEqual(['/next']);
  });

  test('is unavailable at once when the start of a worker is refused', async () => {
    const relay = deployment.relay({ startWorker: async () => ({ refused: 'Rate Exceeded' }) });
    expect(await relay.submit(get('/'), NOTHING)).toMatchObject({
      kind: 'unavailable', reason: 'refused', message: 'no worker could be started: Rate Exceeded',
    });
  });

  test('is unavailable when starting a worker throws', async () => {
    const relay = deployment.relay({ startWorker: async () => { throw new Error('ENOTFOUND'); } });
    expect(await relay.submit(get('/'), NOTHING)).toMatchObject({ reason: 'refused', message: 'no worker could be started: ENOTFOUND' });
  });

  test('is unavailable, with the reason, while workers are broken', async () => {
    await deployment.worker().reportBroken('LibreChat did not start');
    expect(await deployment.relay().submit(get('/'), NOTHING)).toMatchObject({
      kind: 'unavailable', reason: 'broken', message: 'the last worker failed to start: LibreChat did not start',
    });
  });

  test('waits for a worker that is starting', async () => {
    let begin = () => {};
    const begun = new Promise<void>((resolve) => { begin = resolve; });
    const relay = deployment.relay({
      startWorker: async (startId) => {
        begin();
        const worker = deployment.worker();
        await worker.reportStarted(startId);
        void serve(worker, ok);
        return 'started';
      },
    });
    const outcome = relay.submit(get('/'), NOTHING);
    await begun;
    expect(await outcome).toMatchObject({ kind: 'response' });
  });

  test.each([
    [1, 3, 9, 1],
    [3, 3, 9, 1],
    [4, 3, 9, 2],
    [7, 3, 9, 3],
    [7, 3, 2, 2],
  ])('%d at once, %d places per worker, at most %d workers: %d starts', async (count, capacity, maxWorkers, starts) => {
    const started: string[] = [];
    const startWorker = (id: string) => { started.push(id); return new Promise<Started>(() => undefined); };
    const submissions = Array.from({ length: count }, () => (
      deployment.relay({ startWorker, capacity, maxWorkers }).submit(get('/'), NOTHING, { waitMs: 600 })
    ));
    await Promise.all(submissions);
    expect(started).toHaveLength(starts);
  });

  test('for a stream reaches the worker that generates it, even when that one is full', async () => {
    const owner = await startedWorker(ok, 0);
    await startedWorker(ok);
    await owner.generating('conversation');
    const outcomes = await Promise.all([1, 2, 3].map(() => deployment.relay().submit(get('/stream'), NOTHING, { streamId: 'conversation' })));
    expect(outcomes).toEqual(outcomes.map(() => expect.objectContaining({ kind: 'response', worker: owner.worker })));
  });

  test('for a stream reaches any worker once its owner has left', async () => {
    const owner = await startedWorker(ok);
    await owner.generating('conversation');
    expect(await owner.leave()).toBe(true);
    const other = await startedWorker(ok);
    expect(await deployment.relay().submit(get('/'), NOTHING, { streamId: 'conversation' })).toMatchObject({ worker: other.worker });
  });

  test('fails with the reason of the worker when it fails before its response begins', async () => {
    await startedWorker((exchange) => exchange.fail('LibreChat is gone'));
    expect(await deployment.relay().submit(get('/'), NOTHING)).toMatchObject({ kind: 'failed', message: 'LibreChat is gone' });
  });

  test('is broken off when the worker fails in the middle of the response', async () => {
    await startedWorker(async (exchange) => {
      await exchange.start({ statusCode: 200, headers: [] });
      await exchange.write(Buffer.from('some'));
      await exchange.fail('LibreChat is gone');
    });
    const outcome = await deployment.relay().submit(get('/'), NOTHING);
    await expect(bodyOf(outcome)).rejects.toEqual(new ResponseBroken('LibreChat is gone'));
  });

  test('is aborted while it waits: no worker gets it', async () => {
    const abort = new AbortController();
    const relay = deployment.relay({ startWorker: async () => { abort.abort(); return 'started'; } });
    expect(await relay.submit(get('/'), NOTHING, { signal: abort.signal })).toMatchObject({ kind: 'aborted' });
    const paths: string[] = [];
    await startedWorker(async (exchange) => { paths.push(exchange.head.path); await ok(exchange); });
    await bodyOf(await relay.submit(get('/next'), NOTHING));
    expect(paths).toEqual(['/next']);
  });

  test.each([
    ['before the response begins', false],
    ['in the middle of the response', true],
  ])('that is aborted %s is gone for the worker, too', async (_, begins) => {
    const abort = new AbortController();
    const gone = new Promise<void>((resolve) => {
      void startedWorker(async (exchange) => {
        if (begins) await exchange.start({ statusCode: 200, headers: [] });
        exchange.gone.addEventListener('abort', () => resolve());
        if (!begins) abort.abort();
      });
    });
    const outcome = await deployment.relay().submit(get('/'), NOTHING, { signal: abort.signal });
    if (begins) {
      const reading = bodyOf(outcome);
      abort.abort();
      await expect(reading).rejects.toThrow('the client is gone');
    } else {
      expect(outcome.kind).toBe('aborted');
    }
    await gone;
  });

  test('whose response is not read to its end is gone for the worker', async () => {
    let gone = false;
    await startedWorker(async (exchange) => {
      exchange.gone.addEventListener('abort', () => { gone = true; });
      await exchange.start({ statusCode: 200, headers: [] });
      await exchange.write(Buffer.from('first'));
    });
    const relay = deployment.relay();
    const outcome = await relay.submit(get('/'), NOTHING);
    if (outcome.kind !== 'response') throw new Error('no response');
    for await (const chunk of outcome.body) {
      expect(chunk.toString()).toBe('first');
      break;
    }
    await until(() => gone);
  });

  test('frees its relay for the next one, whatever became of it', async () => {
    await startedWorker(ok);
    const relay = deployment.relay();
    for (let i = 0; i < 3; i++) await bodyOf(await relay.submit(get('/'), NOTHING));
    const open = await relay.submit(get('/'), NOTHING);
    await expect(relay.submit(get('/'), NOTHING)).rejects.toThrow('handles one request at a time');
    await bodyOf(open);
  });

  test('and its response are not in Redis in plain text', async () => {
    const secret = randomBytes(20).toString('hex');
    let dump = '';
    await startedWorker(async (exchange) => {
      await contentOf(exchange);
      await exchange.start({ statusCode: 200, headers: ['set-cookie', secret] });
      await exchange.write(Buffer.from(secret));
      dump = await deployment.dump();
      await exchange.end();
    });
    await bodyOf(await deployment.relay().submit({ ...post('/', 40), headers: ['authorization', secret] }, Buffer.from(secret)));
    expect(dump).toMatch(/request:.*response:/s);
    expect(dump).not.toContain(secret);
  });

  test('from a relay with another secret is dropped, with a log line that names the key', async () => {
    await startedWorker(ok);
    const outcome = await deployment.relay({ sealingSecret: randomBytes(32) }).submit(get('/'), NOTHING);
    expect(outcome).toMatchObject({ kind: 'failed', message: 'a frame of the response could not be opened' });
    expect(deployment.log.lines).toEqual([
      { event: 'frame-does-not-open', fields: { key: `${deployment.base}request:${outcome.id}` } },
      { event: 'frame-does-not-open', fields: { key: `${deployment.base}response:${outcome.id}` } },
    ]);
  });

  test('whose worker dies is broken off, and the next one is served by another', async () => {
    const settings = scaledSettings(20);
    deployment = new Deployment(redis.uri, settings);
    const proxied = await deployment.workerBehindProxy(redis.port);
    await proxied.worker.reportStarted();
    void serve(proxied.worker, (exchange) => exchange.start({ statusCode: 200, headers: [] }));
    const relay = deployment.relay();
    const outcome = await relay.submit(get('/'), NOTHING);
    proxied.proxy.kill();
    await expect(bodyOf(outcome)).rejects.toThrow('the worker died');
    const other = await startedWorker(ok);
    expect(await relay.submit(get('/'), NOTHING)).toMatchObject({ worker: other.worker });
  });
});
