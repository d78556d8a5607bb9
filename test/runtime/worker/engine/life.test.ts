import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { responseRequest } from '../../../../fixtures/runtime/conformance';
import { firstChunk, readAll, type EngineRun } from '../../../../fixtures/runtime/engine-run';
import { token } from '../../../../fixtures/runtime/token';
import { until } from '../../../../fixtures/runtime/until';
import { useEngine } from '../../../../fixtures/runtime/use-engine';
import { TICK } from '../../../../src/contract/queue';

jest.setTimeout(30_000);

const { start, lines, logged } = useEngine();
const NEVER = 600_000;
const directory = mkdtempSync(join(tmpdir(), 'worker-life-test-'));
afterAll(() => rmSync(directory, { recursive: true }));
const TICK_REQUEST = { method: TICK.method, target: TICK.path };
const said = (text: string) => lines().some((line) => line.includes(text));
const streamOf = (engine: EngineRun, streamId: string) => engine.open({ method: 'GET', target: `/api/agents/chat/stream/${streamId}` });

/** A `librechat.yaml`, removed after the tests. */
function configFile(content: string): string {
  const file = join(mkdtempSync(join(directory, 'config-')), 'librechat.yaml');
  writeFileSync(file, content);
  return file;
}

/** Waits for a number of further rounds, in each of which LibreChat is checked. */
async function rounds(engine: EngineRun, count: number): Promise<void> {
  const inspected = jest.spyOn(engine.librechat, 'call');
  await until(() => inspected.mock.calls.filter(([path]) => path === '/livez').length >= count);
  inspected.mockRestore();
}

describe('a worker ends', () => {
  test('when no request has arrived for the linger time', async () => {
    const engine = await start();
    await engine.get('/api/hello');
    expect(await engine.ended).toEqual({ reason: 'idle', replace: false, requests: 1, most: 1 });
    expect(engine.source.ends.reason).toBe('left');
  });

  test('not before', async () => {
    const engine = await start({ settings: { lingerMs: NEVER } });
    await engine.get('/api/hello');
    await rounds(engine, 10);
    expect(engine.end).toBeUndefined();
  });

  test('not while a request is in flight', async () => {
    const engine = await start({ settings: { lingerMs: 0 } });
    const response = await engine.open({ method: 'GET', target: '/api/watched' });
    await firstChunk(response);
    await rounds(engine, 10);
    expect(engine.end).toBeUndefined();
    response.destroy();
    await engine.ended;
  });

  test('not while a reply is generated, with or without a reader', async () => {
    const engine = await start({ settings: { lingerMs: 0 } });
    await engine.chat({ generateMs: 1_000 });
    expect((await engine.ended).reason).toBe('idle');
    expect(said('generation finished')).toBe(true);
  });

  test('not before a title can be stored that is requested when a short reply begins', async () => {
    const engine = await start({ settings: { lingerMs: 0, titleMs: 2_000 } });
    await engine.chat({ generateMs: 100, titleMs: 300 });
    await engine.ended;
    expect(said('title stored')).toBe(true);
  });

  test('without waiting for a title after a reply that took longer', async () => {
    const engine = await start({ settings: { lingerMs: 0, titleMs: 3_000 } });
    await engine.chat({ generateMs: 3_200, titleMs: 2_500 });
    expect((await engine.ended).reason).toBe('idle');
    expect(said('generation finished')).toBe(true);
    expect(said('title stored')).toBe(false);
  });

  test.each([
    ['endpoints:\n  all:\n    titleTiming: final # after the reply\n'],
    ['{"endpoints":{"openAI":{"titleTiming":"final"}}}'],
  ])('not before a title can be stored that is requested when the reply is complete: %j', async (config) => {
    const engine = await start({ settings: { lingerMs: 0, titleMs: 2_000 }, environment: { CONFIG_PATH: configFile(config) } });
    await engine.chat({ generateMs: 2_200, titleMs: 300 });
    await engine.ended;
    expect(said('title stored')).toBe(true);
  });

  test('when it was started for a request that another worker served', async () => {
    const engine = await start();
    expect(await engine.ended).toMatchObject({ reason: 'idle', requests: 0 });
  });

  test('soon, after only a scheduled event', async () => {
    const engine = await start({ settings: { lingerMs: NEVER } });
    await engine.send(TICK_REQUEST);
    expect(await engine.ended).toMatchObject({ reason: 'idle', requests: 1 });
  });

  test('later, after a scheduled event and a user\'s request in either order', async () => {
    const engine = await start({ settings: { lingerMs: NEVER, tickLingerMs: 200 } });
    const leave = jest.spyOn(engine.source, 'leave').mockResolvedValue(false);
    await engine.send(TICK_REQUEST);
    await engine.get('/api/hello');
    await engine.send(TICK_REQUEST);
    leave.mockClear();
    await rounds(engine, 30);
    expect(leave).not.toHaveBeenCalled();
    expect(engine.end).toBeUndefined();
  });

  test('not while a request is waiting for it', async () => {
    const engine = await start({ settings: { lingerMs: 0 } });
    const leave = jest.spyOn(engine.source, 'leave').mockResolvedValueOnce(false).mockResolvedValueOnce(false);
    await engine.ended;
    expect(leave).toHaveBeenCalledTimes(3);
  });

  test('although leaving fails: its lease expires', async () => {
    const engine = await start({ settings: { lingerMs: 0 } });
    jest.spyOn(engine.source, 'leave').mockRejectedValue(new Error('Redis is unreachable'));
    expect((await engine.ended).reason).toBe('idle');
    expect(logged('leave-failed')).toMatchObject([{ message: 'Redis is unreachable' }]);
  });

  test('when its source has ended and its replies are complete', async () => {
    const engine = await start({ settings: { lingerMs: 0 } });
    await engine.chat({ generateMs: 600 });
    await engine.source.close();
    await engine.ended;
    expect(said('generation finished')).toBe(true);
  });

  test('and serves again in the next invocation', async () => {
    const engine = await start({ settings: { lingerMs: 0 } });
    await engine.get('/api/hello');
    await engine.ended;
    const waiting = engine.get('/api/hello');
    await until(() => engine.front.waiting.length === 1);
    engine.serve();
    expect((await waiting).statusCode).toBe(200);
    expect(await engine.ended).toMatchObject({ reason: 'idle', requests: 1 });
  });
});

describe('if the generations cannot be counted, the worker', () => {
  test('continues for a while, because LibreChat may be busy', async () => {
    const engine = await start({ settings: { lingerMs: 0 } });
    await engine.chat({ generateMs: 400, metricsFail: 3 });
    await engine.ended;
    expect(said('generation finished')).toBe(true);
    expect(logged('metrics-unavailable')).toHaveLength(3);
  });

  test('ends after a while, and LibreChat with it', async () => {
    const engine = await start({ settings: { lingerMs: 0, metricsFailures: 5 } });
    await engine.chat({ generateMs: NEVER, metricsFail: 1_000 });
    expect(await engine.ended).toMatchObject({ reason: 'metrics unavailable', replace: true });
  });
});

describe('a generation that LibreChat never stops counting', () => {
  const MISCOUNTED = { lingerMs: 200, miscountMs: 100 };

  test('ends the worker, and LibreChat with it', async () => {
    const engine = await start({ settings: MISCOUNTED });
    await engine.chat({ generateMs: 0, leaks: true }, [['Authorization', 'Bearer owner']]);
    expect(await engine.ended).toMatchObject({ reason: 'generations are counted that do not run', replace: true });
  });

  test('is distinguished from a running one without a reader', async () => {
    const engine = await start({ settings: MISCOUNTED });
    await engine.chat({ generateMs: NEVER }, [['Authorization', 'Bearer owner']]);
    const asked = jest.spyOn(engine.librechat, 'call');
    await until(() => asked.mock.calls.filter(([path]) => path.includes('/chat/status/')).length >= 3);
    expect(engine.end).toBeUndefined();
  });

  test('is distinguished from one whose state is unknown', async () => {
    const engine = await start({ settings: MISCOUNTED });
    await engine.chat({ generateMs: NEVER }, [['Authorization', 'Bearer somebody else']]);
    const asked = jest.spyOn(engine.librechat, 'call');
    await until(() => asked.mock.calls.filter(([path]) => path.includes('/chat/status/')).length >= 3);
    expect(engine.end).toBeUndefined();
  });

  test('is not searched for while a request is in flight', async () => {
    const engine = await start({ settings: { ...MISCOUNTED, miscountMs: 0 } });
    const response = await engine.open({ method: 'GET', target: '/api/watched' });
    await firstChunk(response);
    await engine.chat({ generateMs: 0, leaks: true }, [['Authorization', 'Bearer owner']]);
    await rounds(engine, 10);
    expect(engine.end).toBeUndefined();
    response.destroy();
    expect((await engine.ended).replace).toBe(true);
  });
});

describe('renewal', () => {
  test('a worker of a certain age is replaced once', async () => {
    const engine = await start({ settings: { lingerMs: NEVER, renewAfterMs: 100 } });
    expect(engine.source.retired).toBe(false);
    await until(() => engine.source.retired);
    await rounds(engine, 5);
    expect(logged('retiring')).toHaveLength(1);
  });

  test('the old worker completes its replies', async () => {
    const engine = await start({ settings: { lingerMs: 0, renewAfterMs: 0 } });
    const response = await streamOf(engine, await engine.chat({ generateMs: 3_000 }));
    expect(await readAll(response)).toMatchObject({ body: expect.stringContaining('"final":true'), broken: false });
    expect(engine.source.retired).toBe(true);
    expect((await engine.ended).replace).toBe(false);
  });
});

describe('near the deadline', () => {
  const LONG = { settings: { lingerMs: NEVER } };
  /** Requests that do not end by themselves are interrupted soon. */
  const SHORT = { timeoutMs: 12_000, settings: { lingerMs: NEVER, abortBeforeDeadlineMs: 9_000, endBeforeDeadlineMs: 8_500 } };
  const viewer = [['User-Agent', 'Firefox'], ['X-Forwarded-For', '203.0.113.9, 130.176.0.1']] as const;

  const abortToken = () => lines().find((line) => line.includes('abort requested'))!.split(' with ')[1];

  test('replies are aborted as by their users, and their streams end in order', async () => {
    const engine = await start(LONG);
    const streams = await Promise.all([1, 2, 3].map(async () => streamOf(engine, await engine.chat({ generateMs: NEVER }, [...viewer, ['Authorization', 'Bearer abc']]))));
    await Promise.all(streams.map((stream) => once(stream, 'readable')));
    engine.nearDeadline();
    expect(await Promise.all(streams.map(readAll))).toEqual(streams.map(() => ({ body: expect.stringContaining('"final":true'), broken: false })));
    expect(await engine.ended).toMatchObject({ reason: 'deadline', replace: false });
    expect(lines().filter((line) => line === 'fixture: generation aborted')).toHaveLength(3);
    expect(said('abort requested by Firefox at 203.0.113.9 with Bearer abc')).toBe(true);
  });

  test('the worker takes no more requests', async () => {
    const engine = await start(LONG);
    engine.nearDeadline();
    await engine.ended;
    expect(engine.source.reported.at(-1)).toBe(0);
    expect(engine.source.retired).toBe(true);
  });

  test('a chat that has ended is not aborted', async () => {
    const engine = await start(LONG);
    // Opened before the chat ends: a stream that has ended has no events.
    const response = await streamOf(engine, await engine.chat({ generateMs: 1_000 }));
    await readAll(response);
    await until(() => engine.source.reported.at(-1) === 50);
    engine.nearDeadline();
    await engine.ended;
    expect(said('abort requested')).toBe(false);
  });

  test('a response that does not end is aborted', async () => {
    const engine = await start(SHORT);
    const response = await engine.open(responseRequest({ chunks: ['one'], then: 'hang' }));
    expect(await readAll(response)).toEqual({ body: 'one', broken: true });
    expect((await engine.ended).reason).toBe('deadline');
    expect(logged('responses-aborted')).toMatchObject([{ reason: 'deadline', inFlight: 1 }]);
  });

  test('a request without a response gets a 502 with the reason', async () => {
    const engine = await start(SHORT);
    const { statusCode, body } = await engine.get('/api/never');
    expect({ statusCode, body: body.toString() }).toEqual({ statusCode: 502, body: '{"message":"deadline"}' });
  });

  test('a token of LibreChat that has expired is renewed for the abort', async () => {
    const engine = await start(LONG);
    await engine.chat({ generateMs: NEVER }, [['Authorization', token({ id: 'user-1', exp: 1 }, engine.librechat.jwtSecret)]]);
    engine.nearDeadline();
    await engine.ended;
    const [header, payload, signature] = abortToken().replace('Bearer ', '').split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { id: string; exp: number };
    expect(claims.id).toBe('user-1');
    expect(claims.exp).toBeGreaterThan(Date.now() / 1000);
    expect(signature).toBe(createHmac('sha256', engine.librechat.jwtSecret).update(`${header}.${payload}`).digest('base64url'));
  });

  test('a token that LibreChat did not sign is not renewed', async () => {
    const engine = await start(LONG);
    const Authorization = token({ id: 'admin', exp: 1 }, 'forged');
    await engine.chat({ generateMs: NEVER }, [['Authorization', Authorization]]);
    engine.nearDeadline();
    await engine.ended;
    expect(abortToken()).toBe(Authorization);
  });
});

describe('LibreChat ends', () => {
  test('during a response: the response is aborted after the data so far, and the worker ends', async () => {
    const engine = await start({ settings: { lingerMs: NEVER } });
    const response = await engine.open(responseRequest({ chunks: ['one', 'two'], then: 'crash' }));
    expect(await readAll(response)).toEqual({ body: 'onetwo', broken: true });
    expect(await engine.ended).toMatchObject({ reason: 'LibreChat ended: exit code 5', replace: true });
  });

  test('before its response: a 502, and all others in flight end as well', async () => {
    const engine = await start({ settings: { lingerMs: NEVER } });
    const others = await Promise.all(Array.from({ length: 10 }, () => engine.open({ method: 'GET', target: '/api/watched' })));
    expect((await engine.get('/api/crash')).statusCode).toBe(502);
    expect((await Promise.all(others.map(readAll))).map(({ broken }) => broken)).toEqual(others.map(() => true));
    expect(await engine.ended).toMatchObject({ reason: 'LibreChat ended: exit code 3', replace: true });
  });

  test('between requests: no request is taken', async () => {
    const engine = await start({ settings: { lingerMs: 0 } });
    await engine.ended;
    await engine.librechat.stop(engine.settings);
    engine.serve();
    const waiting = engine.open({ method: 'GET', target: '/api/hello' });
    waiting.catch(() => undefined);
    expect(await engine.ended).toMatchObject({ replace: true, requests: 0 });
    await until(() => engine.front.waiting.length === 1);
  });
});
