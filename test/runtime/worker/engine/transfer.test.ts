import { request as httpRequest } from 'node:http';
import { responseRequest } from '../../../../fixtures/runtime/conformance';
import { firstChunk, readAll, type EngineRun } from '../../../../fixtures/runtime/engine-run';
import { pattern, type ResponseSpec } from '../../../../fixtures/runtime/response-spec';
import { until } from '../../../../fixtures/runtime/until';
import { useEngine } from '../../../../fixtures/runtime/use-engine';

jest.setTimeout(30_000);

const { start, lines, logged } = useEngine();
const STAY = { lingerMs: 600_000 };
const EVENT_STREAM = [['content-type', 'text/event-stream']] as const;
const events = (chunks: string[], then?: ResponseSpec['then']): ResponseSpec => ({ headers: EVENT_STREAM, chunks, then });

describe('LibreChat resets the connection', () => {
  test('before its response: the client gets a 502 with the reason', async () => {
    const engine = await start({ settings: STAY });
    const { statusCode, body } = await engine.get('/api/reset');
    expect(statusCode).toBe(502);
    expect(JSON.parse(body.toString())).toEqual({ message: expect.stringMatching(/socket hang up|ECONNRESET/) });
    await until(() => logged('response-failed').length);
    expect(logged('response-failed')).toMatchObject([{ method: 'GET', path: '/api/reset' }]);
  });

  test('during its response: the response to the client is aborted', async () => {
    const engine = await start({ settings: STAY });
    const response = await engine.open(responseRequest({ chunks: ['one'], then: 'reset' }));
    expect((await readAll(response)).broken).toBe(true);
    await until(() => logged('response-failed').length);
    expect(logged('response-failed')).toMatchObject([{ path: '/api/respond', statusCode: 200 }]);
  });

  test('and the next request is served', async () => {
    const engine = await start({ settings: STAY });
    await engine.get('/api/reset');
    expect((await engine.get('/api/hello')).statusCode).toBe(200);
  });
});

test('a response before the request is read to its end arrives', async () => {
  const engine = await start({ settings: STAY });
  const headers = [['Content-Type', 'application/octet-stream'], ['Connection', 'keep-alive']] as const;
  const { statusCode, body } = await engine.send({ method: 'POST', target: '/api/refuse', headers, body: pattern(4_000_000) });
  expect({ statusCode, body: body.toString() }).toEqual({ statusCode: 413, body: 'too large' });
});

describe('a client that disconnects', () => {
  test('during the response: LibreChat is notified, and the place is free again', async () => {
    const engine = await start({ settings: STAY, maxConcurrentRequests: 3 });
    const response = await engine.open({ method: 'GET', target: '/api/watched' });
    await firstChunk(response);
    expect(engine.source.reported.at(-1)).toBe(2);
    response.destroy();
    await until(() => lines().includes('fixture: client disconnected'));
    await until(() => engine.source.reported.at(-1) === 3);
    expect(logged('response-failed')).toEqual([]);
  });

  test('before the response begins: LibreChat is notified, and the place is free again', async () => {
    const engine = await start({ settings: STAY, maxConcurrentRequests: 3 });
    const call = httpRequest({ host: '127.0.0.1', port: engine.front.port, path: '/api/never', agent: false }).end();
    call.on('error', () => undefined);
    await until(() => engine.source.reported.at(-1) === 2);
    call.destroy();
    await until(() => engine.source.reported.at(-1) === 3);
  });
});

test('a client that reads slowly slows LibreChat down', async () => {
  const engine = await start({ settings: STAY });
  const response = await engine.open({ method: 'GET', target: '/api/flood?mb=64' });
  response.pause();
  const stalled = async () => {
    const before = lines().filter((line) => line.startsWith('fixture: flooded')).length;
    await engine.get('/api/hello');
    await engine.get('/api/hello');
    return before > 0 && lines().filter((line) => line.startsWith('fixture: flooded')).length === before;
  };
  await until(stalled);
  expect(lines()).not.toContain('fixture: flooded 64');
  response.resume();
  expect((await readAll(response)).broken).toBe(false);
  await until(() => lines().includes('fixture: flooded 64'));
});

describe('an event stream', () => {
  test('that is silent gets comments between its events', async () => {
    const engine = await start({ settings: { ...STAY, heartbeatMs: 20 } });
    const response = await engine.open(responseRequest(events(['data: one\n\n'], 'hang')));
    let text = '';
    response.on('data', (chunk) => (text += String(chunk)));
    // On a busy machine, the silence before the first event may be long enough for one.
    await until(() => /^(: ping\n\n)*data: one\n\n(: ping\n\n){2}/.test(text));
    response.destroy();
  });

  test('gets none in the middle of an event', async () => {
    const engine = await start({ settings: { ...STAY, heartbeatMs: 5, streamIdleMs: 2_000 } });
    const response = await engine.open(responseRequest(events(['data: one\n\ndata: t'], 'hang')));
    const { body, broken } = await readAll(response);
    expect(body).toMatch(/^(: ping\n\n)*data: one\n\ndata: t$/);
    expect(broken).toBe(true);
  });

  test('that is silent for too long is aborted, not ended', async () => {
    const engine = await start({ settings: { ...STAY, heartbeatMs: 20, streamIdleMs: 200 } });
    const { body, broken } = await readAll(await engine.open(responseRequest(events(['data: one\n\n'], 'hang'))));
    expect(body).toContain(': ping');
    expect(broken).toBe(true);
    await until(() => logged('response-failed').length);
    expect(logged('response-failed')).toMatchObject([{ message: 'the event stream was silent for 0.2 s' }]);
  });

  test('with comments but no events counts as silent', async () => {
    const engine = await start({ settings: { ...STAY, streamIdleMs: 2_000 } });
    const comments = { ...events(['data: one\n\n', ...Array.from({ length: 500 }, () => ':\n\n')]), pauseMs: 20 };
    const { body, broken } = await readAll(await engine.open(responseRequest(comments)));
    expect(body).toContain(':\n\n:\n\n');
    expect(broken).toBe(true);
  });
});

describe('a chat', () => {
  test('its requests are routed to this worker before the client knows its id', async () => {
    const engine = await start({ settings: STAY });
    const known: boolean[] = [];
    const generating = engine.source.generating.bind(engine.source);
    let id = '';
    const announced = jest.spyOn(engine.source, 'generating').mockImplementation(async (streamId) => {
      id = streamId;
      await generating(streamId);
      // The promise is pending, so nothing may have reached the client.
      await Promise.race([chat.then(() => known.push(true)), new Promise((resolve) => setTimeout(resolve, 50))]);
    });
    const chat = engine.chat({ generateMs: 10 });
    expect(await chat).toBe(id);
    expect(announced).toHaveBeenCalledTimes(1);
    expect(known).toEqual([]);
  });

  test('its response is requested without compression, other responses as the client requests them', async () => {
    const engine = await start({ settings: STAY });
    const headers = [['Accept-Encoding', 'gzip'], ['Content-Type', 'application/json']] as const;
    const seen = async (target: string) => {
      const { body } = await engine.send({ method: 'POST', target, headers, body: Buffer.from('{"echo":true}') });
      return (JSON.parse(body.toString()) as { rawHeaders: string[] }).rawHeaders;
    };
    expect(await seen('/api/agents/chat/openAI')).not.toContain('gzip');
    expect(await seen('/api/messages')).toContain('gzip');
  });

  test('its response arrives even if its id cannot be stored', async () => {
    const engine = await start({ settings: STAY });
    jest.spyOn(engine.source, 'generating').mockRejectedValue(new Error('Redis is unreachable'));
    expect(await engine.chat({ generateMs: 10 })).toMatch(/^[0-9a-f-]{36}$/);
    expect(logged('chat-not-announced')).toMatchObject([{ message: 'Redis is unreachable' }]);
  });

  test('a response of another kind passes through', async () => {
    const engine = await start({ settings: STAY });
    const { statusCode, body } = await engine.send({
      method: 'POST', target: '/api/agents/chat', headers: [['Content-Type', 'application/json']], body: Buffer.from('{"refused":true}'),
    });
    expect(statusCode).toBe(401);
    expect(JSON.parse(body.toString())).toEqual({ message: 'Unauthorized' });
    expect(engine.source.chats.size).toBe(0);
  });
});

describe('the events of a chat', () => {
  const seen = async (engine: EngineRun, target: string) => {
    const { body } = await engine.get(target);
    return (JSON.parse(body.toString()) as { url: string }).url;
  };

  test('of this process are requested as the page does', async () => {
    const engine = await start({ settings: STAY });
    const streamId = await engine.chat({ generateMs: 10, echoStream: true });
    expect(await seen(engine, `/api/agents/chat/stream/${streamId}?generationCreatedAt=5`)).toBe(`/api/agents/chat/stream/${streamId}?generationCreatedAt=5`);
  });

  test('of another process are resumed', async () => {
    const engine = await start({ settings: STAY });
    expect(await seen(engine, '/api/agents/chat/stream/echo-1')).toBe('/api/agents/chat/stream/echo-1?resume=true');
    expect(await seen(engine, '/api/agents/chat/stream/echo-1?a=b')).toBe('/api/agents/chat/stream/echo-1?a=b&resume=true');
  });

  test.each(['true', 'false'])('with resume=%s are requested as the page does', async (resume) => {
    const engine = await start({ settings: STAY });
    expect(await seen(engine, `/api/agents/chat/stream/echo-1?resume=${resume}`)).toBe(`/api/agents/chat/stream/echo-1?resume=${resume}`);
  });
});

describe('many at once', () => {
  test('100 event streams at the same time do not wait for each other', async () => {
    const engine = await start({ settings: STAY, maxConcurrentRequests: 100 });
    const responses = await Promise.all(Array.from({ length: 100 }, () => engine.open(responseRequest(events(['data: one\n\n'], 'hang')))));
    expect(await Promise.all(responses.map(firstChunk))).toEqual(responses.map(() => 'data: one\n\n'));
    expect(engine.source.reported.at(-1)).toBe(0);
    for (const response of responses) response.destroy();
    await until(() => engine.source.reported.at(-1) === 100);
  });

  test('100 responses in pieces are complete', async () => {
    const engine = await start({ settings: STAY, maxConcurrentRequests: 100 });
    const chunks = (n: number) => Array.from({ length: 20 }, (_, i) => `data: ${n}-${i}\n\n`);
    const requests = Array.from({ length: 100 }, (_, n) => responseRequest({ ...events(chunks(n)), pauseMs: 10 }));
    const bodies = await Promise.all(requests.map(async (request) => readAll(await engine.open(request))));
    expect(bodies).toEqual(bodies.map((_, n) => ({ body: chunks(n).join(''), broken: false })));
  });

  test('requests without a free place wait, and are served', async () => {
    const engine = await start({ maxConcurrentRequests: 2 });
    const responses = await Promise.all(Array.from({ length: 20 }, () => engine.send(responseRequest({ chunks: ['a', 'b'], pauseMs: 20 }))));
    expect(responses.map(({ body }) => body.toString())).toEqual(responses.map(() => 'ab'));
    expect(await engine.ended).toEqual({ reason: 'idle', replace: false, requests: 20, most: 2 });
  });
});
