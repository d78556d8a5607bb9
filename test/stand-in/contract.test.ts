import { randomUUID } from 'node:crypto';
import { until } from '../../fixtures/runtime/until';
import { type StandInProcess, startStandIn, startTestServers, variables } from '../../fixtures/stand-in-process';
import { ChatClient } from '../../probe/chat-client';
import { type ChatEvent, finalTextOf, resumedTextOf, tokenOf } from '../../probe/chat-events';
import { promptFor } from '../../probe/pace';
import { shownTexts } from '../../probe/shown';

jest.setTimeout(60_000);

/** Generation lasts 3 s: streams that are opened early must be opened before its end, also on a busy machine. */
const TOKENS = 30;
const PROMPT = promptFor({ tokens: TOKENS, gapMs: 100, silenceMs: 0 });

const BODY = { text: PROMPT, endpoint: 'Probe', endpointType: 'custom', model: 'probe', generationProtocolVersion: 2 };

/** Two processes on one Redis, and the same user on both. */
interface Target {
  readonly one: ChatClient;
  readonly two: ChatClient;
  dispose(): Promise<void>;
}

async function standIns(): Promise<Target> {
  const servers = await startTestServers();
  const env = variables(servers);
  const processes = await Promise.all([startStandIn(env), startStandIn(env)]);
  const ready = ({ url }: StandInProcess) => until(async () => (await fetch(`${url}/readyz`)).ok);
  await Promise.all(processes.map(ready));
  return {
    ...await clients(processes.map(({ url }) => url)),
    dispose: async () => {
      await Promise.all(processes.map((process) => process.stop()));
      await servers.dispose();
    },
  };
}

async function clients([one, two]: string[]): Promise<Pick<Target, 'one' | 'two'>> {
  const account = await register(one);
  return { one: await ChatClient.signIn(one, account), two: await ChatClient.signIn(two, account) };
}

async function register(url: string) {
  const account = { email: `contract-${randomUUID()}@example.com`, password: randomUUID() };
  await fetch(`${url}/api/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'Mozilla/5.0 Chrome/140.0.0.0' },
    body: JSON.stringify({ name: 'Contract', username: 'contract', ...account, confirm_password: account.password }),
  });
  return account;
}

/** LibreChat itself, if it is running: two processes with the model of `probe/model` as the custom endpoint `Probe`. */
const librechat = process.env.LIBRECHAT_URLS?.split(',');
const targets: [string, () => Promise<Target>][] = [
  ['the stand-in', standIns],
  ...(librechat ? [['LibreChat', async () => ({ ...await clients(librechat), dispose: async () => undefined })] as [string, () => Promise<Target>]] : []),
];

describe.each(targets)('%s', (_name, start) => {
  let target: Target;
  let one: ChatClient;
  let two: ChatClient;
  beforeAll(async () => {
    target = await start();
    ({ one, two } = target);
  });
  afterAll(() => target?.dispose());

  /** The kinds of the events, without telemetry, and with a series of tokens as one. */
  const kinds = (events: ChatEvent[]) => events.map(kindOf).filter((kind, index, all) => kind && kind !== all[index - 1]);
  const kindOf = (event: ChatEvent) => {
    const { json } = event;
    if (json.event === 'on_run_step') return 'step';
    return tokenOf(event) === undefined ? ['created', 'sync', 'final'].find((kind) => json[kind]) : 'token';
  };
  const text = (events: ChatEvent[]) => events.map((event) => tokenOf(event) ?? '').join('');
  const finalText = (events: ChatEvent[]) => finalTextOf(events.at(-1)!)!;
  const read = async (events: AsyncIterable<ChatEvent>, enough = Infinity) => {
    const all: ChatEvent[] = [];
    for await (const event of events) {
      all.push(event);
      if (all.filter((one_) => tokenOf(one_)).length >= enough) break;
    }
    return all;
  };
  /** Starts a response, and waits until a part of it is generated. */
  const underWay = async () => {
    const id = await one.start(PROMPT);
    await until(async () => {
      const { aggregatedContent = [] } = (await two.get(`/api/agents/chat/status/${id}`)).json;
      return (aggregatedContent[0]?.text ?? '').split(' ').length > 3;
    });
    return id;
  };

  test('the POST gets a response at once, with the generation', async () => {
    const { status, json } = await one.post('/api/agents/chat/Probe', BODY);
    expect(status).toBe(200);
    expect(json).toMatchObject({ streamId: json.conversationId, status: 'started', generationCreatedAt: expect.any(Number), generationProtocolVersion: 2 });
    expect((await one.get(`/api/agents/chat/status/${json.streamId}`)).json).toMatchObject({ active: true, status: 'running', createdAt: json.generationCreatedAt });
  });

  test('the process that generates streams `created`, the step and each token', async () => {
    const events = await read(one.events(await one.start(PROMPT)));
    expect(kinds(events)).toEqual(['created', 'step', 'token', 'final']);
    expect(events.filter((event) => tokenOf(event))).toHaveLength(TOKENS);
    expect(text(events).trim()).toBe(finalText(events).trim());
    expect(events.every(({ name }) => name === 'message')).toBe(true);
  });

  test('and replays its early events to the first reader, however late', async () => {
    const events = await read(one.events(await underWay()));
    expect(kinds(events)).toEqual(['created', 'step', 'token', 'final']);
    expect(text(events).trim()).toBe(finalText(events).trim());
  });

  test('but not to a second reader, which gets not even `created`', async () => {
    const id = await one.start(PROMPT);
    const first = read(one.events(id));
    await until(async () => (await one.get(`/api/agents/chat/status/${id}`)).json.aggregatedContent?.[0]?.text?.split(' ').length > 3);
    const second = await read(one.events(id));
    expect(kinds(await first)).toEqual(['created', 'step', 'token', 'final']);
    expect(kinds(second)).toEqual(['token', 'final']);
    expect(text(second).length).toBeLessThan(finalText(second).length);
  });

  test('another process makes up `created`, and loses step and tokens of before: the page shows none of the rest', async () => {
    const events = await read(two.events(await underWay()));
    expect(kinds(events)).toEqual(['created', 'token', 'final']);
    expect(events[0].json.message).toMatchObject({ text: PROMPT, sender: 'User', isCreatedByUser: true });
    expect(finalText(events).trim().endsWith(text(events).trim())).toBe(true);
    expect(text(events).trim()).not.toBe(finalText(events).trim());
    expect(shownTexts(events).at(-2)).toBe('');
  });

  test.each([['the same', () => one], ['another', () => two]])('a resume at %s process begins with `sync`, and loses nothing', async (_process, reader) => {
    const events = await read(reader().events(await underWay(), { resume: true }));
    expect(kinds(events)).toEqual(['sync', 'token', 'final']);
    const { resumeState } = events[0].json;
    expect(resumeState.runSteps).toHaveLength(1);
    expect(resumeState.userMessage).toMatchObject({ text: PROMPT });
    expect(resumeState.userMessage).not.toHaveProperty('sender');
    expect((resumedTextOf(events[0]) + text(events)).trim()).toBe(finalText(events).trim());
  });

  test('a reader that leaves is no loss to the generation, and resumes', async () => {
    const id = await one.start(PROMPT);
    await read(one.events(id), 2);
    const events = await read(one.events(id, { resume: true }));
    expect((resumedTextOf(events[0]) + text(events)).trim()).toBe(finalText(events).trim());
  });

  test('after the end: `created` or `sync`, and the final event, from any process', async () => {
    const id = await one.start(PROMPT);
    await read(one.events(id));
    expect(kinds(await read(two.events(id)))).toEqual(['created', 'final']);
    const resumed = await read(two.events(id, { resume: true }));
    expect(kinds(resumed)).toEqual(['sync', 'final']);
    expect(resumed[0].json.resumeState).toMatchObject({ runSteps: [], aggregatedContent: [] });
  });

  test('a stream of an earlier generation, of a malformed one, of none', async () => {
    const id = await one.start(PROMPT);
    const get = (path: string) => one.get(`/api/agents/chat/stream/${path}`);
    expect(await get(`${id}?generationCreatedAt=5`)).toMatchObject({ status: 409, json: { code: 'GENERATION_REPLACED' } });
    expect(await get(`${id}?generationCreatedAt=x`)).toMatchObject({ status: 400, json: { error: 'Invalid generation identity' } });
    expect(await get('none')).toMatchObject({ status: 404, json: { error: 'Stream not found' } });
    expect((await one.get('/api/agents/chat/status/none?generationProtocolVersion=2')).json).toEqual({ active: false, generationProtocolVersion: 2 });
  });

  test('a request that is sent again starts nothing twice, at any process', async () => {
    const body = { ...BODY, clientRequestId: randomUUID() };
    const { json: first } = await one.post('/api/agents/chat/Probe', body);
    for (const client of [one, two]) {
      const { json } = await client.post('/api/agents/chat/Probe', body);
      expect(json).toMatchObject({ streamId: first.streamId, generationCreatedAt: first.generationCreatedAt, status: 'resumed' });
    }
  });

  test('an abort at another process ends the streams with the partial text', async () => {
    const id = await underWay();
    const events = read(one.events(id));
    expect((await two.post('/api/agents/chat/abort', { conversationId: id })).json).toMatchObject({ success: true, aborted: id });
    expect((await events).at(-1)!.json).toMatchObject({ final: true, aborted: true, responseMessage: { unfinished: true } });
  });

  test.each([
    ['no endpoint', {}],
    ['an endpoint without its type', { endpoint: 'Probe' }],
  ])('a message with %s is refused with status 200 and an event', async (_problem, body) => {
    const { status, text: response } = await one.post('/api/agents/chat', { text: PROMPT, ...body });
    expect([status, response]).toEqual([200, 'event: error\ndata: {"text":"Error parsing conversation"}\n\n']);
  });

  test('a message without a model fails as a generation', async () => {
    const { json } = await one.post('/api/agents/chat/Probe', { text: PROMPT, endpoint: 'Probe', endpointType: 'custom' });
    const events = await read(one.events(json.streamId));
    expect(events.at(-1)!.name).toBe('error');
    expect(events.at(-1)!.json.error).toContain('missing_model');
  });

  test('a title is read once, and waited for until it is there', async () => {
    const id = await one.start(PROMPT);
    expect((await two.get(`/api/convos/gen_title/${id}`)).json.title).toEqual(expect.any(String));
  });

  test('a client that knows nothing of versions gets the first one', async () => {
    expect((await one.get('/api/agents/chat/status/none')).json).toEqual({ active: false, generationProtocolVersion: 1 });
  });

  test('every request of the chat page gets a response', async () => {
    for (const path of ['banner', 'user', 'user/settings/favorites', 'endpoints', 'models', 'projects', 'agents/chat/active', 'convos', 'files/speech/config/get',
      'files', 'search/enable', 'roles/USER', 'agents?requiredPermission=1&limit=1000', 'keys?name=Probe', 'presets', 'tags', 'files/config',
      'agents/tools/web_search/auth', 'endpoints/token-config', 'prompts/groups?limit=10', 'prompts/all', 'mcp/servers', 'permissions/mcpServer/effective/all']) {
      const { status } = await one.get(`/api/${path}`);
      expect([path, status]).toEqual([path, 200]);
    }
  });
});
