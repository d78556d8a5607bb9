import { randomBytes } from 'node:crypto';
import { describeWith } from '../../requires';
import { bodyOf, contentOf, Deployment, get, post, serve, startServing } from './kit/queues';
import { useDeployment } from './kit/use-deployment';
import type { TestRedis } from '../../../fixtures/runtime/redis';
import { until } from '../../../fixtures/runtime/until';
import { ResponseBroken, scaledSettings, type Started } from '../../../runtime/queue';
import type { Exchange } from '../../../runtime/shared/exchange';

const NOTHING = Buffer.alloc(0);
const ok = async (exchange: Exchange) => { await exchange.start({ statusCode: 200, headers: [] }); await exchange.end(); };

describeWith('redis-server')('a request', () => {
  let redis: TestRedis;
  let deployment: Deployment;
  useDeployment((...opened) => { [deployment, redis] = opened; });

  const startedWorker = async (handle: (exchange: Exchange) => Promise<void>, places = 10) => {
    const worker = deployment.worker();
    await worker.reportStarted();
    void serve(worker, handle, places);
    return worker;
  };

  test('that no worker claims in time is withdrawn: no worker gets it later', async () => {
    const relay = deployment.relay();
    const outcome = await relay.submit(get('/'), NOTHING, { waitMs: 300 });
    expect(outcome).toMatchObject({ kind: 'unavailable', reason: 'timeout' });
    await deployment.addHint(outcome.id);
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

  test('that was claimed before its start was rejected is not withdrawn', async () => {
    const worker = deployment.worker();
    const { relay, proxy } = await deployment.relayBehindProxy(redis.port, {
      startWorker: async () => {
        await until(() => proxy.commands.includes('XREAD'));
        // The relay does not get the claim.
        proxy.freeze();
        await worker.reportStarted();
        worker.setFree(1);
        void worker.take().then(async (exchange) => {
          await until(() => proxy.commands.includes('withdraw'));
          await ok(exchange!);
        });
        await until(async () => /response:/.test(await deployment.dump()));
        setImmediate(() => proxy.thaw());
        return { refused: 'Rate Exceeded' };
      },
    });
    const outcome = await relay.submit(get('/'), NOTHING);
    expect(outcome).toMatchObject({ kind: 'response', worker: worker.worker });
    await bodyOf(outcome);
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
        await startServing(deployment.worker(), startId, ok);
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
    const behindProxy = () => deployment.relayBehindProxy(redis.port, { startWorker, capacity, maxWorkers });
    const relays = await Promise.all(Array.from({ length: count }, behindProxy));
    const leaving = new AbortController();
    const submissions = relays.map(({ relay }) => relay.submit(get('/'), NOTHING, { signal: leaving.signal }));
    const enqueued = (times: number) => relays.every(({ proxy }) => proxy.commands.filter((command) => command === 'enqueue').length > times);
    await until(() => enqueued(3));
    expect(started).toHaveLength(starts);
    leaving.abort();
    await Promise.all(submissions);
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

  test('is aborted when the worker fails during the response', async () => {
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
  ])('that is aborted %s is also aborted for the worker', async (_, begins) => {
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
      await expect(reading).rejects.toThrow('the client has disconnected');
    } else {
      expect(outcome.kind).toBe('aborted');
    }
    await gone;
  });

  test('whose response is not read to its end is aborted for the worker', async () => {
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

  test('frees its relay for the next one, with any result', async () => {
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
      { event: 'frame-invalid', fields: { key: `${deployment.base}request:${outcome.id}` } },
      { event: 'frame-invalid', fields: { key: `${deployment.base}response:${outcome.id}` } },
    ]);
  });

  test.each(['BZPOPMIN', 'claim', 'append'])('is served once although the reply to %s was lost', async (command) => {
    const paths: string[] = [];
    const { worker, proxy } = await deployment.workerBehindProxy(redis.port);
    await worker.reportStarted();
    const appends = () => proxy.commands.filter((sent) => sent === 'append').length;
    void serve(worker, async (exchange) => {
      paths.push(exchange.head.path);
      await exchange.start({ statusCode: 200, headers: [] });
      for (const part of ['one ', 'two ', 'three']) {
        const before = appends();
        await exchange.write(Buffer.from(part));
        await until(() => appends() > before);
      }
      await exchange.end();
    });
    const relay = deployment.relay();
    await bodyOf(await relay.submit(get('/before'), NOTHING));
    proxy.swallowReplyTo(command);
    expect((await bodyOf(await relay.submit(get('/'), NOTHING))).toString()).toBe('one two three');
    expect(paths).toEqual(['/before', '/']);
  });

  test('is executed once if its hint was popped by a worker that is stopped and continued', async () => {
    const executed: string[] = [];
    const slowBeat = { ...deployment.settings, beatMs: 5_000, leaseMs: 20_000 };
    const stopped = await deployment.workerBehindProxy(redis.port, { ...deployment.settings, popMs: 5_000 });
    await stopped.worker.reportStarted();
    void serve(stopped.worker, async (exchange) => { executed.push('stopped'); await ok(exchange); });
    // The first pop, before the worker has places, includes its inbox only.
    await until(() => stopped.proxy.commands.filter((command) => command === 'BZPOPMIN').length === 2);
    stopped.proxy.freeze();
    const outcome = deployment.relay().submit(get('/'), NOTHING);
    const other = deployment.worker({ settings: slowBeat });
    await until(async () => /request:/.test(await deployment.dump()));
    await other.reportStarted();
    other.setFree(1);
    const exchange = (await other.take())!;
    const before = stopped.proxy.commands.length;
    stopped.proxy.thaw();
    await until(() => stopped.proxy.commands.slice(before).includes('claim'));
    // It can leave when it has no claims.
    await until(() => stopped.worker.leave());
    executed.push('other');
    await ok(exchange);
    await bodyOf(await outcome);
    expect(executed).toEqual(['other']);
  });

  test.each(['enqueue', 'XREAD'])('is served once although the reply to %s of its relay was lost', async (command) => {
    const paths: string[] = [];
    await startedWorker(async (exchange) => { paths.push(exchange.head.path); await ok(exchange); });
    const relay = await deployment.relayBehindProxy(redis.port);
    relay.proxy.swallowReplyTo(command);
    await bodyOf(await relay.relay.submit(get('/'), NOTHING));
    expect(paths).toEqual(['/']);
  });

  test('whose worker dies is aborted, and another worker serves the next one', async () => {
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
