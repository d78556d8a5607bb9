import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ENVIRONMENT, type Adapter } from '../../../fixtures/runtime/adapter';
import { proxyEvent } from '../../../fixtures/runtime/events';
import { until } from '../../../fixtures/runtime/until';
import { useAdapter } from '../../../fixtures/runtime/use-adapter';

jest.setTimeout(30_000);

const start = useAdapter();
const FAST = { graceMs: 20, shortHoldMs: 20, holdPollMs: 10 };

const chat = (body: object, headers: Record<string, string> = {}) => proxyEvent('/api/agents/chat/openAI', {
  method: 'POST',
  headers: { 'Content-Type': 'application/json', ...headers },
  multiValueHeaders: undefined,
  body: JSON.stringify(body),
});

const said = (adapter: Adapter, text: string) => adapter.output.some((line) => line.includes(text));

test('a chat\'s answer arrives before its generation ends, and the environment is held until it has', async () => {
  const adapter = start({ settings: FAST });
  const frozen = adapter.phase('frozen');
  const answer = await adapter.send(chat({ generateMs: 1_500 }));
  expect(answer.statusCode).toBe(200);
  expect(said(adapter, 'generation finished')).toBe(false);
  expect(adapter.lambda.environments[0].held).toBe(true);
  await frozen;
  expect(said(adapter, 'generation finished')).toBe(true);
  expect(adapter.logged('hold')).toMatchObject([{ reason: 'finished', ms: expect.any(Number), requestId: expect.any(String) }]);
});

test('without the hold the generation freezes with the environment', async () => {
  const adapter = start({ settings: { ...FAST, hold: false } });
  await adapter.send(chat({ generateMs: 100 }));
  await adapter.idle();
  // Nothing runs while it is frozen: what would have been said by now is not.
  await sleep(400);
  expect(said(adapter, 'generation finished')).toBe(false);
  await adapter.send(proxyEvent('/api/echo'));
  await until(() => said(adapter, 'generation finished'));
});

test('the grace goes on after the generation', async () => {
  const adapter = start({ settings: { ...FAST, graceMs: 1_500 } });
  await adapter.send(chat({ generateMs: 10 }));
  await until(() => said(adapter, 'generation finished'));
  expect(adapter.lambda.environments[0].held).toBe(true);
  await adapter.idle();
  expect(adapter.logged('hold')[0].ms).toBeGreaterThanOrEqual(1_500);
});

test('a refused chat is not held', async () => {
  const adapter = start({ settings: { ...FAST, graceMs: 60_000 } });
  expect((await adapter.send(chat({ refused: true }))).statusCode).toBe(401);
  await adapter.idle();
  expect(adapter.logged('hold')).toEqual([]);
});

test.each(['/api/assistants/v2/chat', '/api/agents/v1/chat/completions'])('%s is held for a short while', async (path) => {
  const adapter = start({ settings: { ...FAST, shortHoldMs: 1_500 } });
  await adapter.send(proxyEvent(path, { method: 'POST' }));
  expect(adapter.lambda.environments[0].held).toBe(true);
  await adapter.idle();
  expect(adapter.logged('hold')[0].ms).toBeGreaterThanOrEqual(1_500);
});

test.each([
  ['GET', '/api/agents/chat/active'],
  ['POST', '/api/agents/chat/abort'],
  ['POST', '/api/messages'],
])('%s %s is not held', async (method, path) => {
  const adapter = start({ settings: { ...FAST, graceMs: 60_000, shortHoldMs: 60_000 } });
  await adapter.send(proxyEvent(path, { method, headers: { 'Content-Type': 'application/json' }, multiValueHeaders: undefined, body: '{}' }));
  await adapter.idle();
  expect(adapter.logged('hold')).toEqual([]);
});

test('metrics that fail for a moment do not end the hold', async () => {
  const adapter = start({ settings: FAST });
  await adapter.send(chat({ generateMs: 300, metricsFail: 3 }));
  await adapter.idle();
  expect(said(adapter, 'generation finished')).toBe(true);
  expect(adapter.logged('metrics-unavailable')).toHaveLength(3);
  expect(adapter.logged('hold')).toMatchObject([{ reason: 'finished' }]);
});

test('metrics that fail every other time do not end it either', async () => {
  const adapter = start({ settings: { ...FAST, holdPollMs: 1 } });
  await adapter.send(chat({ generateMs: 3_000, metricsFlaky: true }));
  await adapter.idle();
  expect(said(adapter, 'generation finished')).toBe(true);
  expect(adapter.logged('metrics-unavailable').length).toBeGreaterThan(10);
});

test('metrics that stay away end it', async () => {
  const adapter = start({ settings: FAST });
  await adapter.send(chat({ generateMs: 60_000, metricsFail: 1_000 }));
  await adapter.idle();
  expect(adapter.logged('hold')).toMatchObject([{ reason: 'metrics unavailable' }]);
});

test('LibreChat that dies ends it, and the environment', async () => {
  const adapter = start({ settings: FAST });
  await adapter.send(chat({ generateMs: 60_000, crashMs: 100 }));
  await until(() => adapter.state === 'dead');
  expect(adapter.logged('hold')).toMatchObject([{ reason: 'LibreChat exited' }]);
  expect(adapter.logged('librechat-exited')).toMatchObject([{ status: 'exit code 6' }]);
});

describe('near the deadline', () => {
  const SHORT = { timeoutMs: 10_000, settings: { ...FAST, abortBeforeDeadlineMs: 9_500, endBeforeDeadlineMs: 3_000 } };
  const viewer = { 'User-Agent': 'Firefox', 'X-Forwarded-For': '203.0.113.9, 130.176.0.1' };

  const token = (payload: object, secret: string) => {
    const text = [{ alg: 'HS256', typ: 'JWT' }, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    return `Bearer ${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  };

  /** The token that the abort came with. */
  const abortToken = (adapter: Adapter) => adapter.output.find((line) => line.includes('abort asked'))!.split(' with ')[1];

  test('the chat is aborted as its user would, and the environment lives on', async () => {
    const adapter = start(SHORT);
    await adapter.send(chat({ generateMs: 60_000 }, { ...viewer, Authorization: 'Bearer abc' }));
    await adapter.idle();
    expect(adapter.state).toBe('frozen');
    expect(said(adapter, 'abort asked by Firefox at 203.0.113.9 with Bearer abc')).toBe(true);
    expect(said(adapter, 'generation aborted')).toBe(true);
    expect(adapter.logged('hold')).toMatchObject([{ reason: 'aborted before the deadline' }]);
  });

  test('a token of LibreChat that has run out is made good for the abort', async () => {
    const adapter = start(SHORT);
    const Authorization = token({ id: 'user-1', exp: 1 }, ENVIRONMENT.JWT_SECRET);
    await adapter.send(chat({ generateMs: 60_000 }, { ...viewer, Authorization }));
    await adapter.idle();
    const [header, payload, signature] = abortToken(adapter).replace('Bearer ', '').split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { id: string; exp: number };
    expect(claims.id).toBe('user-1');
    expect(claims.exp).toBeGreaterThan(Date.now() / 1000);
    expect(signature).toBe(createHmac('sha256', ENVIRONMENT.JWT_SECRET).update(`${header}.${payload}`).digest('base64url'));
  });

  test('a token that LibreChat did not sign is left as it is', async () => {
    const adapter = start(SHORT);
    const Authorization = token({ id: 'admin', exp: 1 }, 'forged');
    await adapter.send(chat({ generateMs: 60_000 }, { ...viewer, Authorization }));
    await adapter.idle();
    expect(abortToken(adapter)).toBe(Authorization);
  });
});
