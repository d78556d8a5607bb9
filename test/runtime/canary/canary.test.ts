import { type FaultySite, HANGS } from '../../../fixtures/faulty-site';
import { useFaultySite } from '../../../fixtures/use-faulty-site';
import { ChatClient, PROBE_MODEL, register } from '../../../probe/chat-client';
import { run } from '../../../runtime/canary/canary';
import { metricLine } from '../../../runtime/canary/metrics';

jest.setTimeout(60_000);

let site: FaultySite;
useFaultySite((opened) => { site = opened; });

const runWith = (props: Partial<Parameters<typeof run>[0]> = {}) => run({ url: site.url, timeoutMs: 10_000, limitMs: 50_000, ...props });

test('loads the page without LibreChat', async () => {
  expect(await runWith()).toEqual({ values: { success: 1, page: expect.any(Number) } });
  expect(site.calls.filter((call) => call.includes('/api/'))).toEqual([]);
});

test('logs in and out', async () => {
  const account = await register(site.url);
  site.calls.length = 0;
  expect(await runWith({ account: async () => account })).toEqual({ values: { success: 1, page: expect.any(Number), login: expect.any(Number) } });
  expect(site.calls.filter((call) => call.includes('/api/'))).toEqual(['POST /api/auth/login', 'POST /api/auth/logout']);
});

test('chats, and leaves no conversation', async () => {
  const account = await register(site.url);
  const { values } = await runWith({ account: async () => account, model: PROBE_MODEL });
  expect(values).toEqual({
    success: 1, page: expect.any(Number), login: expect.any(Number), firstToken: expect.any(Number), chat: expect.any(Number),
  });
  expect(values.firstToken!).toBeLessThanOrEqual(values.chat!);
  const client = await ChatClient.signIn(site.url, account);
  expect((await client.get('/api/convos')).json).toMatchObject({ conversations: [] });
});

test.each([
  ['page', '/', 'page'],
  ['asset', '/assets/', 'page'],
  ['login', '/api/auth/login', 'login'],
  ['chat', '/api/agents/chat', 'chat'],
  ['deletion of the conversation', '/api/convos/all', 'chat'],
])('fails when the %s fails', async (_, path, step) => {
  const account = await register(site.url);
  site.broken.set(path, 500);
  if (path === '/') site.broken.set('/', 500);
  expect(await runWith({ account: async () => account, model: PROBE_MODEL })).toMatchObject({
    values: { success: 0 }, failure: { step, message: expect.stringContaining('500') },
  });
});

test('reports a run that takes too long, with the current step', async () => {
  const account = await register(site.url);
  site.broken.set('/api/auth/login', HANGS);
  expect(await runWith({ account: async () => account, limitMs: 5_000 })).toEqual({
    values: { success: 0, page: expect.any(Number) }, failure: { step: 'login', message: 'the run is not complete after 5 s' },
  });
});

test('reports neither the password nor a token when the login fails', async () => {
  const account = { email: 'nobody@example.com', password: 'a-secret-password' };
  const { failure } = await runWith({ account: async () => account });
  expect(failure).toEqual({ step: 'login', message: 'login returned 404: Incorrect email or password.' });
});

test('metrics are in the embedded format', () => {
  expect(JSON.parse(metricLine('LibreChat/chat', { success: 1, page: 12.5 }, 1_000))).toEqual({
    _aws: {
      Timestamp: 1_000,
      CloudWatchMetrics: [{
        Namespace: 'LibreChat/chat', Dimensions: [[]], Metrics: [{ Name: 'CanarySuccess', Unit: 'Count' }, { Name: 'CanaryPage', Unit: 'Milliseconds' }],
      }],
    },
    CanarySuccess: 1,
    CanaryPage: 12.5,
  });
});
