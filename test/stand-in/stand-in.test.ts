import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../fixtures/runtime/until';
import { STAND_IN, type StandInProcess, startStandIn, startTestServers, type TestServers, variables } from '../../fixtures/stand-in-process';
import { ChatClient } from '../../probe/chat-client';
import { type ChatEvent, resumedTextOf, tokenOf } from '../../probe/chat-events';
import { paceOf, tokensFor } from '../../stand-in/server/pace';

jest.setTimeout(60_000);

const SOMEONE = { email: 'someone@example.com', password: 'a-long-password' };
const MODEL = { endpoint: 'Probe', endpointType: 'custom', model: 'probe' };
const QUICK = { tokens: 8, gapMs: 1, saveMs: 0 };
/** Still being generated when another process is asked for it, also on a busy machine: nothing is resumed after the end. */
const SLOW = { tokens: 8, gapMs: 400, saveMs: 0 };
/** Generates until it is aborted. */
const ENDLESS = { tokens: 1, gapMs: 60_000, saveMs: 0 };
const textFor = (prompt: string, pace: object) => tokensFor(prompt, paceOf({ standIn: { ...pace } })).join('');
const collect = async (events: AsyncIterable<ChatEvent>) => {
  const all: ChatEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
};
const tokensIn = (events: ChatEvent[]) => events.map(tokenOf).filter((token) => token !== undefined);

describe('two processes on one Redis', () => {
  let servers: TestServers;
  let one: StandInProcess;
  let two: StandInProcess;
  let env: Record<string, string>;
  let client: ChatClient;
  /** The same user, on the other process. */
  let other: ChatClient;

  const inFlight = async ({ url }: StandInProcess) => {
    const text = await (await fetch(`${url}/metrics`, { headers: { Authorization: 'Bearer the-metrics-secret' } })).text();
    return Number(/^generation_jobs_in_flight\{store="redis"\} (\d+)$/m.exec(text)?.[1] ?? 0);
  };
  const login = (body: object) => fetch(`${one.url}/api/auth/login`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
  });
  const ready = ({ url }: StandInProcess) => until(async () => (await fetch(`${url}/readyz`)).ok);

  beforeAll(async () => {
    servers = await startTestServers();
    env = variables(servers);
    [one, two] = await Promise.all([startStandIn(env), startStandIn(env)]);
    await Promise.all([ready(one), ready(two)]);
    await fetch(`${one.url}/api/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Someone', ...SOMEONE, confirm_password: SOMEONE.password }),
    });
    [client, other] = await Promise.all([ChatClient.signIn(one.url, SOMEONE), ChatClient.signIn(two.url, SOMEONE)]);
  });

  afterAll(async () => {
    await Promise.all([one?.stop(), two?.stop()]);
    await servers.dispose();
  });

  describe('a chat', () => {
    test('gets a response at once, and the process generates in the background', async () => {
      const { status, json } = await client.post('/api/agents/chat/Probe', { text: 'Hello', ...MODEL, standIn: ENDLESS });
      expect(status).toBe(200);
      expect(json).toMatchObject({ streamId: json.conversationId, status: 'started' });
      expect([await inFlight(one), await inFlight(two)]).toEqual([1, 0]);
      await client.post('/api/agents/chat/abort', { conversationId: json.streamId });
      await until(async () => await inFlight(one) === 0);
    });

    test('streams from the other process, whole and in order, with resume', async () => {
      const streamId = await client.start('Hello', SLOW);
      const events = await collect(other.events(streamId, { resume: true }));
      const [first, last] = [events[0], events.at(-1)!];
      expect(first.json).toMatchObject({ sync: true, resumeState: { conversationId: streamId, userMessage: { text: 'Hello' } } });
      expect(resumedTextOf(first) + tokensIn(events).join('')).toBe(textFor('Hello', SLOW));
      expect(last.json).toMatchObject({ final: true, responseMessage: { text: textFor('Hello', SLOW) }, requestMessage: { text: 'Hello' } });
      expect(events.filter(({ json }) => json.final)).toHaveLength(1);
    });

    test('sends one token per frame', async () => {
      const pace = { ...SLOW, tokens: 4 };
      const events = await collect(other.events(await client.start('Hi', pace), { resume: false }));
      expect(tokensIn(events)).toEqual(tokensFor('Hi', paceOf({ standIn: pace })));
      expect(events.every(({ name }) => name === 'message')).toBe(true);
    });

    test('a silent stream is kept alive with comments, if that is wanted', async () => {
      const chatty = await startStandIn({ ...env, STAND_IN_KEEP_ALIVE_MS: '50' });
      await ready(chatty);
      const listener = await ChatClient.signIn(chatty.url, SOMEONE);
      const quiet = await client.start('Quiet', ENDLESS);
      const heartbeats = async (reader: ChatClient, onFirst = () => {}) => {
        let count = 0;
        for await (const item of reader.stream(quiet, { resume: true })) if ('heartbeat' in item && ++count === 1) onFirst();
        return count;
      };
      const none = heartbeats(other);
      const some = heartbeats(listener, () => void client.post('/api/agents/chat/abort', { conversationId: quiet }));
      expect(await some).toBeGreaterThan(0);
      expect(await none).toBe(0);
      await chatty.stop();
    });

    test('two clients see the same', async () => {
      const streamId = await client.start('Both', SLOW);
      const [a, b] = await Promise.all([collect(client.events(streamId, { resume: true })), collect(other.events(streamId, { resume: true }))]);
      const whole = (events: ChatEvent[]) => resumedTextOf(events[0]) + tokensIn(events).join('');
      expect(whole(a)).toBe(whole(b));
    });

    test('a model that fails ends the stream with an error event', async () => {
      const streamId = await client.start('Fail', { ...QUICK, failAfter: 3 });
      const events = await collect(other.events(streamId, { resume: true }));
      const last = events.at(-1)!;
      expect([last.name, last.json]).toEqual(['error', { error: 'the model failed', generationProtocolVersion: 2 }]);
      await until(async () => await inFlight(one) === 0);
      expect((await client.get(`/api/messages/${streamId}`)).json[1]).toMatchObject({ error: true, unfinished: true });
    });

    test.each([
      [{ text: 'a', standIn: { tokens: -1 } }, '`standIn.tokens` must be an integer'],
      [{ text: 'a', standIn: { what: 1 } }, '`standIn` must contain only gapMs, silenceMs, saveMs, titleMs, tokens, failAfter, got: what'],
    ])('refuses %j', async (body, message) => {
      const { status, json } = await client.post('/api/agents/chat', { ...body, ...MODEL });
      expect(status).toBe(400);
      expect(json.error).toContain(message);
    });
  });

  describe('routes besides the chat', () => {
    test('status and active jobs, from any process', async () => {
      const streamId = await client.start('Running', ENDLESS);
      expect((await other.get('/api/agents/chat/active')).json.activeJobIds).toEqual([streamId]);
      expect((await other.get(`/api/agents/chat/status/${streamId}`)).json).toMatchObject({ active: true, status: 'running', streamId });
      await other.post('/api/agents/chat/abort', { conversationId: streamId });
      expect((await client.get('/api/agents/chat/active')).json.activeJobIds).toEqual([]);
      expect((await client.get('/api/agents/chat/status/none')).json).toMatchObject({ active: false });
    });

    test('an abort on another process ends the generation, and keeps the text so far', async () => {
      const streamId = await client.start('Abort', { tokens: 1000, gapMs: 10, saveMs: 0 });
      const events: ChatEvent[] = [];
      for await (const event of other.events(streamId, { resume: true })) {
        events.push(event);
        if (tokensIn(events).length === 3) expect((await other.post('/api/agents/chat/abort', { streamId })).json).toMatchObject({ success: true });
      }
      expect(events.at(-1)!.json).toMatchObject({ final: true, aborted: true, responseMessage: { unfinished: true } });
      await until(async () => await inFlight(one) === 0);
      const [, reply] = (await other.get(`/api/messages/${streamId}`)).json;
      expect(textFor('Abort', { tokens: 1000 }).startsWith(reply.text)).toBe(true);
      expect(reply.text).not.toBe('');
    });

    test('messages are there with the final event; the conversation comes after the job has ended, and then the title', async () => {
      const streamId = await client.start('What is saved when?', { ...QUICK, saveMs: 3_000, titleMs: 7_000 });
      await collect(client.events(streamId, { resume: true }));
      expect((await other.get(`/api/messages/${streamId}`)).json.map(({ text }: { text: string }) => text))
        .toEqual(['What is saved when?', textFor('What is saved when?', QUICK)]);
      const saved = async () => (await other.get('/api/convos')).json.conversations
        .some(({ conversationId }: { conversationId: string }) => conversationId === streamId);
      await until(async () => await inFlight(one) === 0);
      expect(await saved()).toBe(false);
      await until(saved);
      const title = async () => (await other.get(`/api/convos/${streamId}`)).json.title;
      expect(await title()).toBe('New Chat');
      expect((await other.get(`/api/convos/gen_title/${streamId}`)).json).toEqual({ title: 'What is saved when?' });
      expect(await title()).toBe('What is saved when?');
    });

    test('a second message continues the conversation', async () => {
      const streamId = await client.start('First', QUICK);
      await collect(client.events(streamId, { resume: true }));
      expect(await other.start('Second', QUICK, streamId)).toBe(streamId);
      const events = await collect(other.events(streamId, { resume: true }));
      expect(events.at(-1)!.json.responseMessage.text).toBe(textFor('Second', QUICK));
      expect((await client.get(`/api/messages/${streamId}`)).json).toHaveLength(4);
    });

    test('a file that is uploaded on one process is downloaded on the other', async () => {
      const { token } = await login(SOMEONE).then((response) => response.json() as Promise<{ token: string }>);
      const headers = { 'authorization': `Bearer ${token}`, 'user-agent': 'Mozilla/5.0 Firefox/140.0' };
      const bytes = Buffer.from(Array.from({ length: 5_000 }, (_, index) => index % 256));
      const body = new FormData();
      body.set('file', new File([bytes], 'grüße.bin', { type: 'application/x-test' }));
      const uploaded = await (await fetch(`${one.url}/api/files`, { method: 'POST', headers, body })).json() as { file_id: string; key: string };
      expect(uploaded).toMatchObject({ filename: 'grüße.bin', bytes: 5_000, type: 'application/x-test' });
      const userId = uploaded.key.split('/')[1];
      const download = await fetch(`${two.url}/api/files/download/${userId}/${uploaded.file_id}`, { headers });
      expect(Buffer.from(await download.arrayBuffer())).toEqual(bytes);
      expect(download.headers.get('content-type')).toBe('application/x-test');
      expect((await fetch(`${one.url}/api/files`, { method: 'POST', headers })).status).toBe(400);
    });

    test('unknown streams and jobs', async () => {
      expect(await client.get('/api/agents/chat/stream/none')).toMatchObject({ status: 404, json: { error: 'Stream not found' } });
      expect(await client.post('/api/agents/chat/abort', { streamId: 'none' })).toMatchObject({ status: 404, json: { error: 'Job not found' } });
      expect(await client.get('/api/none')).toMatchObject({ status: 404, json: { message: 'Endpoint not found' } });
    });
  });

  describe('authorization', () => {
    test('a request without a token is rejected', async () => {
      for (const authorization of [undefined, 'Bearer nonsense', 'Bearer a.b.c']) {
        const response = await fetch(`${one.url}/api/agents/chat/active`, { headers: authorization ? { authorization } : {} });
        expect(response.status).toBe(401);
      }
    });

    test('not somebody else', async () => {
      const stranger = await ChatClient.signIn(two.url);
      const streamId = await client.start('Mine', QUICK);
      for (const path of [`stream/${streamId}`, `status/${streamId}`]) {
        expect((await stranger.get(`/api/agents/chat/${path}`)).status).toBe(403);
      }
      expect((await stranger.get(`/api/messages/${streamId}`)).json).toEqual([]);
    });

    test('a client that is no browser gets LibreChat\'s refusal', async () => {
      const { token } = await login(SOMEONE).then((response) => response.json() as Promise<{ token: string }>);
      const response = await fetch(`${one.url}/api/agents/chat/active`, { headers: { 'authorization': `Bearer ${token}`, 'user-agent': 'Amazon CloudFront' } });
      expect(await response.text()).toBe('event: error\ndata: {"message":"Illegal request"}\n\n');
    });

    test('login sets two cookies, and the refresh token of one process renews on the other', async () => {
      const response = await login(SOMEONE);
      const cookies = response.headers.getSetCookie();
      expect(cookies.map((cookie) => cookie.split('=')[0])).toEqual(['refreshToken', 'token_provider']);
      expect(cookies[0]).toMatch(/HttpOnly; Secure; SameSite=Strict/);
      const renewed = await fetch(`${two.url}/api/auth/refresh`, { method: 'POST', headers: { cookie: cookies[0].split(';')[0] } });
      expect((await renewed.json() as { token: string }).token).toEqual(expect.any(String));
      const forged = await fetch(`${two.url}/api/auth/refresh`, { method: 'POST', headers: { cookie: 'refreshToken=a.b.c' }, redirect: 'manual' });
      expect(forged.ok).toBe(false);
    });

    test('not with a wrong password', async () => {
      expect((await login({ email: 'someone@example.com', password: 'wrong' })).status).toBe(404);
      expect((await login({ email: 'nobody@example.com', password: 'wrong' })).status).toBe(404);
    });

  });

  describe('operation', () => {
    test('/metrics wants its secret', async () => {
      expect((await fetch(`${one.url}/metrics`)).status).toBe(401);
      expect((await fetch(`${one.url}/metrics`, { headers: { Authorization: 'Bearer wrong' } })).status).toBe(401);
      expect(await inFlight(one)).toEqual(expect.any(Number));
    });

    test.each(['/health', '/livez', '/readyz'])('%s', async (path) => expect((await fetch(one.url + path)).status).toBe(200));

    test('trusts as many proxies as configured', async () => {
      const headers = { 'x-forwarded-for': '203.0.113.7, 198.51.100.9', 'x-forwarded-proto': 'https' };
      const seen = await (await fetch(`${one.url}/api/stand-in/request`, { headers })).json();
      expect(seen).toMatchObject({ ip: '203.0.113.7', protocol: 'https', method: 'GET' });
    });

    test('serves the page, and the same page for its routes', async () => {
      const [root, route] = await Promise.all(['/', '/c/123'].map(async (path) => (await fetch(one.url + path)).text()));
      expect(root).toBe(route);
      const script = /src="(\/assets\/main\.[A-Z0-9]+\.js)"/.exec(root)![1];
      expect((await fetch(one.url + script)).headers.get('content-type')).toMatch(/javascript/);
    });
  });
});

describe('start', () => {
  let servers: TestServers;
  beforeAll(async () => { servers = await startTestServers(); });
  afterAll(() => servers.dispose());

  test.each(['CREDS_KEY', 'CREDS_IV', 'JWT_SECRET', 'JWT_REFRESH_SECRET', 'MONGO_URI', 'DOMAIN_CLIENT', 'USE_REDIS', 'REDIS_URI'])(
    'fails when %s is missing', async (name) => {
      await expect(startStandIn(variables(servers, { [name]: undefined }))).rejects.toThrow(`exit code 1: LibreChat stand-in does not start: ${name} is missing`);
    });

  test.each([['CREDS_KEY', 'short'], ['CREDS_IV', 'z'.repeat(32)], ['USE_REDIS', 'false'], ['MONGO_URI', 'http://x'], ['DOMAIN_CLIENT', 'x']])(
    'fails when %s is %s', async (name, value) => {
      await expect(startStandIn(variables(servers, { [name]: value }))).rejects.toThrow(`${name} must`);
    });

  test('fails when index.html is missing', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'stand-in-'));
    cpSync(STAND_IN, directory, { recursive: true });
    rmSync(join(directory, 'client'), { recursive: true });
    await expect(startStandIn(variables(servers), directory)).rejects.toThrow('ENOENT');
    rmSync(directory, { recursive: true });
  });

  test('fails when the log directory cannot be made', async () => {
    await expect(startStandIn(variables(servers, { LIBRECHAT_LOG_DIR: join(servers.ca, 'logs') }))).rejects.toThrow(/exit code 1: .*ENOTDIR/);
  });

  test('is alive but not ready while Redis refuses it', async () => {
    const standIn = await startStandIn(variables(servers, { REDIS_PASSWORD: 'wrong' }));
    expect((await fetch(`${standIn.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${standIn.url}/livez`)).status).toBe(200);
    expect(await standIn.stop()).toBe(0);
  });

  test('ends in order on SIGTERM', async () => {
    const standIn = await startStandIn(variables(servers));
    expect(await standIn.stop()).toBe(0);
  });
});
