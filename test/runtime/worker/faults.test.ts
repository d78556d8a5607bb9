import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Adapter } from '../../../fixtures/runtime/adapter';
import { proxyEvent } from '../../../fixtures/runtime/events';
import { specQuery, type ResponseSpec } from '../../../fixtures/runtime/response-spec';
import { until } from '../../../fixtures/runtime/until';
import { useAdapter } from '../../../fixtures/runtime/use-adapter';

jest.setTimeout(60_000);

const start = useAdapter();
const answering = (spec: ResponseSpec) => proxyEvent('/api/respond', { multiValueQueryStringParameters: specQuery(spec) });
const hello = proxyEvent('/api/hello');

/** What the next client sees, once the environment is done with the one before. */
async function next(adapter: Adapter) {
  await adapter.idle();
  return adapter.send(hello);
}

const EVENT_STREAM = [['content-type', 'text/event-stream']] as const;

describe('LibreChat crashes', () => {
  test('before its response: the client gets a 502, the next one a new environment', async () => {
    const adapter = start();
    const { statusCode, body } = await adapter.send(proxyEvent('/api/crash'));
    expect(statusCode).toBe(502);
    expect(JSON.parse(body.toString())).toEqual({ message: expect.stringContaining('LibreChat did not answer') });
    await until(() => adapter.state === 'dead');
    expect(adapter.logged('librechat-exited')).toMatchObject([{ status: 'exit code 3' }]);
    expect(await next(adapter)).toMatchObject({ statusCode: 200, environmentId: 2 });
  });

  test('during its response: the client gets what there was and sees it break off', async () => {
    const adapter = start();
    const { statusCode, body, end } = await adapter.send(answering({ chunks: ['one', 'two'], then: 'crash' }));
    expect(statusCode).toBe(200);
    expect(body.toString()).toBe('onetwo');
    expect(end.error).toBeDefined();
    await until(() => adapter.state === 'dead');
    expect(adapter.logged('response-broken-off')).toHaveLength(1);
    expect(adapter.logged('librechat-exited')).toMatchObject([{ status: 'exit code 5' }]);
    expect(await next(adapter)).toMatchObject({ statusCode: 200, environmentId: 2 });
  });

  test('after its response: that one is whole, and a new environment serves from then on', async () => {
    const adapter = start();
    const { body, end } = await adapter.send(proxyEvent('/api/crash-after'));
    expect(body.toString()).toBe('goodbye');
    expect(end.error).toBeUndefined();
    // It may have been frozen before it could leave: then the next event finds it dead.
    expect([200, 502]).toContain((await next(adapter)).statusCode);
    expect(await next(adapter)).toMatchObject({ statusCode: 200, environmentId: 2 });
    expect(adapter.lambda.environments[0].state).toBe('dead');
  });
});

test('a connection that LibreChat resets breaks the response off, and the environment lives on', async () => {
  const adapter = start();
  const { end } = await adapter.send(answering({ chunks: ['one'], then: 'reset' }));
  expect(end.error).toBeDefined();
  expect(await next(adapter)).toMatchObject({ statusCode: 200, environmentId: 1 });
});

describe('LibreChat hangs', () => {
  const SHORT = { timeoutMs: 10_000, settings: { endBeforeDeadlineMs: 9_000 } };

  test('before its response: a 504 before the deadline', async () => {
    const adapter = start(SHORT);
    expect(await adapter.send(proxyEvent('/api/never'))).toMatchObject({ statusCode: 504, end: {} });
    expect(await next(adapter)).toMatchObject({ statusCode: 200, environmentId: 1 });
  });

  test('during its response: it is broken off before the deadline', async () => {
    const adapter = start(SHORT);
    const { body, end } = await adapter.send(answering({ chunks: ['one'], then: 'hang' }));
    expect(body.toString()).toBe('one');
    expect(end.error).toMatchObject({ type: 'Adapter.Deadline' });
    expect(await next(adapter)).toMatchObject({ statusCode: 200, environmentId: 1 });
  });

  test('in an event stream: comments keep it alive until it is given up, so that the page resumes', async () => {
    const adapter = start({ settings: { heartbeatMs: 20, streamIdleMs: 1_000 } });
    const { body, end } = await adapter.send(answering({ headers: EVENT_STREAM, chunks: ['data: one\n\n'], then: 'hang' }));
    expect(body.toString()).toMatch(/^data: one\n\n(: ping\n\n){2,}$/);
    expect(end.error).toMatchObject({ type: 'LibreChat.SilentStream' });
    expect(await next(adapter)).toMatchObject({ statusCode: 200, environmentId: 1 });
  });
});

test('no comment gets into an event whose parts come slowly', async () => {
  const adapter = start({ settings: { heartbeatMs: 20 } });
  const chunks = ['data: fi', 'rst\n', '\ndata: se', 'cond\r\n\r', '\n'];
  const { body } = await adapter.send(answering({ headers: EVENT_STREAM, chunks, pauseMs: 100 }));
  const text = body.toString();
  expect(text).toContain(': ping\n\n');
  expect(text.replaceAll(': ping\n\n', '')).toBe(chunks.join(''));
  expect(text).toContain('data: first\n\n');
  expect(text).toContain('data: second\r\n\r');
});

test('a response that is no event stream gets no comments, nor one that is compressed', async () => {
  const adapter = start({ settings: { heartbeatMs: 10 } });
  const chunks = ['one\n\n', 'two\n\n'];
  for (const headers of [[['content-type', 'text/plain']], [...EVENT_STREAM, ['content-encoding', 'gzip']]] as const) {
    expect((await adapter.send(answering({ headers, chunks, pauseMs: 100 }))).body.toString()).toBe('one\n\ntwo\n\n');
  }
});

test('an answer that does not wait for the whole request arrives', async () => {
  const adapter = start();
  const upload = proxyEvent('/api/refuse', { method: 'POST', body: 'x'.repeat(4_000_000) });
  for (let i = 0; i < 20; i++) {
    const { statusCode, body, end } = await adapter.send(upload);
    expect([statusCode, body.toString(), end]).toEqual([413, 'too large', {}]);
    await adapter.idle();
  }
  expect(await next(adapter)).toMatchObject({ statusCode: 200, environmentId: 1 });
});

test('a client that goes away leaves the environment alive', async () => {
  const adapter = start();
  const { body } = await adapter.invoke(answering({ chunks: [100_000, 100_000, 100_000], pauseMs: 20 }));
  await once(body, 'data');
  body.destroy();
  expect(await next(adapter)).toMatchObject({ statusCode: 200, environmentId: 1 });
});

describe('freezing', () => {
  test('no request fails in 50 after a freeze that outlives every connection', async () => {
    const adapter = start({ environment: { FIXTURE_KEEP_ALIVE_MS: '5' } });
    for (let i = 0; i < 50; i++) {
      expect(await adapter.send(hello)).toMatchObject({ statusCode: 200, environmentId: 1, end: {} });
      await adapter.idle();
      await sleep(10);
    }
  });

  test('no request fails after 10 s of freeze', async () => {
    const adapter = start();
    const environments = 5;
    const held = answering({ chunks: ['a', 'b'], pauseMs: 2_000 });
    await Promise.all(Array.from({ length: environments }, () => adapter.send(held)));
    await adapter.idle();
    await sleep(10_000);
    const answers = await Promise.all(Array.from({ length: 50 / environments }, async () => adapter.send(hello)));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 200));
    expect(answers.filter(({ environmentId }) => environmentId <= environments)).toHaveLength(environments);
  });
});

test('an event of another kind is an error that says what it must be', async () => {
  const adapter = start();
  const { payload, functionError } = await adapter.lambda.invoke(Buffer.from('{"Records":[]}'));
  expect(functionError).toBe('Unhandled');
  expect(JSON.parse(payload.toString())).toEqual({
    errorType: 'UnknownEvent', errorMessage: 'event must be a REST proxy event (payload version 1.0), got one with: Records', stackTrace: [],
  });
  expect(await next(adapter)).toMatchObject({ statusCode: 200, environmentId: 1 });
});

test('LibreChat that dies while an event of another kind is answered is noticed', async () => {
  const adapter = start({ environment: { FIXTURE_CRASH_MS: '300' } });
  while (adapter.state !== 'dead') {
    await adapter.lambda.invoke(Buffer.from('{}'));
    await adapter.idle();
    await sleep(10);
  }
  expect(adapter.logged('librechat-exited')).toMatchObject([{ status: 'exit code 7' }]);
});

test('a scheduled event warms an environment', async () => {
  const adapter = start();
  const { payload } = await adapter.lambda.invoke(Buffer.from('{"source":"aws.events","detail-type":"Scheduled Event"}'));
  expect(JSON.parse(payload.toString())).toEqual({ ready: true });
});
