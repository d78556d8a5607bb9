import { firstChunk, readAll } from '../../../../fixtures/runtime/engine-run';
import { until } from '../../../../fixtures/runtime/until';
import { useEngine } from '../../../../fixtures/runtime/use-engine';

jest.setTimeout(30_000);

const { start, lines, logged } = useEngine();
const NEVER = 600_000;
const MB = 1024 * 1024;

describe('memory', () => {
  test('below 70 % of the function\'s: requests are taken', async () => {
    const engine = await start({ memoryMb: 4_000, settings: { lingerMs: NEVER } });
    await engine.get('/api/occupy?mb=100');
    const inspected = jest.spyOn(engine.librechat, 'memoryBytes');
    await until(() => inspected.mock.results.length > 5);
    expect(engine.source.reported.at(-1)).toBe(50);
    expect(logged('draining')).toEqual([]);
  });

  test('above 70 %: no further requests; requests in flight are completed, then the process is replaced', async () => {
    const engine = await start({ memoryMb: 400 });
    const stream = await engine.open({ method: 'GET', target: `/api/agents/chat/stream/${await engine.chat({ generateMs: 4_000 })}` });
    await engine.get(`/api/occupy?mb=${Math.round(320 - await engine.librechat.memoryBytes().then((bytes) => bytes! / MB))}`);
    await until(() => engine.source.reported.at(-1) === 0);
    expect(logged('draining')).toMatchObject([{ reason: expect.stringMatching(/^memory at [78]\d %$/) }]);
    expect(await readAll(stream)).toMatchObject({ body: expect.stringContaining('"final":true'), broken: false });
    expect(await engine.ended).toMatchObject({ reason: expect.stringMatching(/^memory at [78]\d %$/), replace: true });
    expect(lines()).toContain('fixture: generation finished');
  });

  test('above 90 %: chats are aborted, other requests interrupted, and the process is replaced at once', async () => {
    const engine = await start({ memoryMb: 400, settings: { lingerMs: NEVER, saveMs: 3_000 } });
    const stream = await engine.open({ method: 'GET', target: `/api/agents/chat/stream/${await engine.chat({ generateMs: NEVER })}` });
    const other = await engine.open({ method: 'GET', target: '/api/watched' });
    await firstChunk(other);
    await engine.get('/api/occupy?mb=400');
    const [{ body, broken }, rest] = await Promise.all([readAll(stream), readAll(other)]);
    expect(body).toContain('"final":true');
    expect(broken).toBe(false);
    expect(rest.broken).toBe(true);
    expect(await engine.ended).toMatchObject({ reason: expect.stringMatching(/^memory at 1\d\d %$/), replace: true });
    expect(lines()).toContain('fixture: generation aborted');
  });
});

describe('LibreChat that is slow', () => {
  const SLOW = { lingerMs: NEVER, slowMs: 50, slowRounds: 3 };

  test('three times in succession gets no further requests, until it has recovered', async () => {
    const engine = await start({ settings: SLOW });
    const asked = jest.spyOn(engine.librechat, 'call');
    // Each round finds it busy again.
    let rounds = 0;
    asked.mockImplementation(async (path) => {
      if (path === '/livez' && rounds++ < 4) await new Promise((resolve) => setTimeout(resolve, 60));
      return { statusCode: 200, body: Buffer.from('generation_jobs_in_flight 0\n') };
    });
    await until(() => logged('recovered').length);
    expect(logged('slow')).toHaveLength(1);
    expect(engine.source.reported).toEqual([50, 0, 50]);
    expect((await engine.get('/api/hello')).statusCode).toBe(200);
  });

  test('once is served as before', async () => {
    const engine = await start({ settings: { ...SLOW, slowMs: 1_000 } });
    await engine.get('/api/block?ms=1500');
    await engine.get('/api/hello');
    expect(logged('slow')).toEqual([]);
  });
});

test('LibreChat that does not respond at all is replaced', async () => {
  const engine = await start({ settings: { lingerMs: NEVER, unresponsiveMs: 100, saveMs: 200 } });
  const other = await engine.open({ method: 'GET', target: '/api/watched' });
  await engine.get('/api/freeze');
  const call = engine.librechat.call.bind(engine.librechat);
  // The timeout of the request is 5 s.
  jest.spyOn(engine.librechat, 'call').mockImplementation((path, options) => Promise.race([
    call(path, options), new Promise<never>((_, reject) => setTimeout(() => reject(new Error('no response')), 50)),
  ]));
  expect((await readAll(other)).broken).toBe(true);
  expect(await engine.ended).toMatchObject({ reason: 'unresponsive', replace: true });
});

describe('an uncaught exception that LibreChat survived', () => {
  test.each([
    'Unhandled error encountered. The app will continue running.',
    'An error occurred in the agents system. The error has been logged and the app will continue running.',
  ])('drains the worker: %s', async (message) => {
    const engine = await start();
    await engine.send({ method: 'POST', target: `/api/say?line=${encodeURIComponent(JSON.stringify({ level: 'error', message }))}` });
    expect(await engine.ended).toMatchObject({ reason: 'uncaught exception', replace: true });
    expect(engine.source.reported.at(-1)).toBe(0);
    expect(logged('draining')).toHaveLength(1);
    // The line itself stays in the output.
    expect(lines()).toContain(JSON.stringify({ level: 'error', message }));
  });

  test('other errors do not', async () => {
    const engine = await start();
    await engine.send({ method: 'POST', target: '/api/say?line=There+was+an+uncaught+error' });
    expect(await engine.ended).toMatchObject({ reason: 'idle', replace: false });
  });
});
