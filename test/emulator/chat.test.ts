import { Emulator, type EmulatorOptions } from '../../emulator/emulator';
import type { Sandbox } from '../../emulator/services/lambda/sandbox';
import { type Synthesized, synthesize } from '../../emulator/synthesize';
import { EnvironmentWatch } from '../../fixtures/environment-watch';
import { until } from '../../fixtures/runtime/until';
import { ChatClient } from '../../probe/chat-client';
import { type ChatEvent, finalTextOf, resumedTextOf, tokenOf } from '../../probe/chat-events';
import { paceOf, tokensFor } from '../../stand-in/server/pace';
import { describeWith } from '../requires';

const APP = `${__dirname}/../../examples/typescript/app.ts`;
const PROMPT = 'Hello';
/** Time that a worker stays after its last request. */
const SOON = { lingerMs: 300, titleMs: 300 };

/** An emulator, and a client that is logged in. */
interface Stack {
  readonly emulator: Emulator;
  readonly watch: EnvironmentWatch;
  readonly client: ChatClient;
}

jest.setTimeout(60_000);

let synthesized: Synthesized;
beforeAll(async () => { synthesized = await synthesize(APP); });
afterAll(() => synthesized.dispose());

async function start(overrides: object, sandbox?: Sandbox): Promise<Stack> {
  const emulator = await Emulator.start({
    assembly: synthesized.assembly,
    port: 0,
    sandbox,
    environment: { ALLOW_REGISTRATION: 'true', ADAPTER_TEST_OVERRIDES: JSON.stringify(overrides) },
  });
  const watch = new EnvironmentWatch(emulator.events);
  try {
    const client = await ChatClient.signIn(emulator.url);
    await watch.settled();
    return { emulator, watch, client };
  } catch (error) {
    await emulator.dispose();
    throw error;
  }
}

async function stop(stack: Stack | undefined): Promise<void> {
  stack?.watch.dispose();
  await stack?.emulator.dispose();
}

const backendOf = ({ emulator }: Stack) => [...emulator.functions].find(([name]) => /Backend/.test(name))![1];
const textFor = (pace: object) => tokensFor(PROMPT, paceOf({ standIn: { ...pace } })).join('');
const textIn = (events: ChatEvent[]) => events.map((event) => resumedTextOf(event) ?? tokenOf(event) ?? '').join('');

describe('a chat', () => {
  let stack: Stack;
  beforeAll(async () => { stack = await start(SOON); });
  afterAll(() => stop(stack));

  test('arrives in order and in chunks while it is generated, and one LibreChat serves it', async () => {
    // It is generated until it is stopped, however long a request takes.
    const pace = { tokens: 100_000, gapMs: 50, saveMs: 0 };
    const streamId = await stack.client.start(PROMPT, pace);
    const events: ChatEvent[] = [];
    let whileGenerating = 0;
    for await (const event of stack.client.events(streamId)) {
      events.push(event);
      if (tokenOf(event) === undefined || whileGenerating === 3) continue;
      // Tokens arrive while the job is still running, so they are not buffered.
      expect((await stack.client.get(`/api/agents/chat/status/${streamId}`)).json.active).toBe(true);
      whileGenerating += 1;
      if (whileGenerating === 3) await stack.client.post('/api/agents/chat/abort', { conversationId: streamId });
    }
    expect(whileGenerating).toBe(3);
    const reply = finalTextOf(events.at(-1)!)!;
    expect([reply.startsWith(textIn(events)), textFor(pace).startsWith(reply)]).toEqual([true, true]);
    expect(backendOf(stack).environments).toHaveLength(1);
  });

  test('is complete; the worker runs until reply and title are saved, and is frozen then', async () => {
    const pace = { tokens: 10, gapMs: 50, saveMs: 50 };
    const streamId = await stack.client.start(PROMPT, pace);
    let reply: string | undefined;
    for await (const event of stack.client.events(streamId)) reply = finalTextOf(event);
    expect(reply).toBe(textFor(pace));
    await stack.watch.settled();
    expect(backendOf(stack).environments.map(({ state }) => state)).toEqual(['frozen']);
    const { conversations } = (await stack.client.get('/api/convos')).json;
    expect(conversations.map((each: { conversationId: string }) => each.conversationId)).toContain(streamId);
  });

  test('the POST has its response while the generation still runs', async () => {
    const streamId = await stack.client.start(PROMPT, { tokens: 1, gapMs: 60_000 });
    expect((await stack.client.get(`/api/agents/chat/status/${streamId}`)).json.active).toBe(true);
    expect((await stack.client.post('/api/agents/chat/abort', { conversationId: streamId })).json).toMatchObject({ success: true });
    await stack.watch.settled();
  });

  test('a late client, and one that reconnects, get the same reply', async () => {
    const pace = { tokens: 30, gapMs: 30, saveMs: 0 };
    const streamId = await stack.client.start(PROMPT, pace);
    const leaving = new AbortController();
    let seen = '';
    try {
      for await (const event of stack.client.events(streamId, { signal: leaving.signal })) {
        seen += resumedTextOf(event) ?? tokenOf(event) ?? '';
        if (seen.split(' ').length > 5) leaving.abort();
      }
    } catch (error) {
      if (!leaving.signal.aborted) throw error;
    }
    const events: ChatEvent[] = [];
    for await (const event of stack.client.events(streamId, { resume: true })) events.push(event);
    expect(resumedTextOf(events[0])!.startsWith(seen)).toBe(true);
    expect(textIn(events)).toBe(textFor(pace));
  });

  test('ten at once are all complete, and one LibreChat serves them', async () => {
    const pace = { tokens: 10, gapMs: 20, saveMs: 0 };
    const replies = await Promise.all(Array.from({ length: 10 }, async () => {
      let reply: string | undefined;
      // On a busy machine, a reply may be complete before its stream is opened.
      for await (const event of stack.client.events(await stack.client.start(PROMPT, pace))) reply = finalTextOf(event);
      return reply;
    }));
    expect(new Set(replies)).toEqual(new Set([textFor(pace)]));
    await stack.watch.settled();
    expect(backendOf(stack).usage.environments).toBe(1);
  });
});

describe('requests without a worker', () => {
  let emulator: Emulator;
  const open = async (options: Partial<EmulatorOptions> = {}) => {
    emulator = await Emulator.start({ assembly: synthesized.assembly, port: 0, ...options });
    return emulator;
  };
  afterEach(() => emulator.dispose());
  const backend = () => [...emulator.functions].find(([name]) => /Backend/.test(name))![1];

  // https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
  test('get status 503 if the account has no concurrency left for a worker', async () => {
    const { url } = await open({ concurrencyQuota: 1 });
    await expectNotReady(await fetch(`${url}/api/config`));
    expect(backend().environments).toEqual([]);
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
  test('get status 503 while LibreChat\'s function is inactive, and are served after that', async () => {
    const { url } = await open();
    backend().state.deactivate();
    await expectNotReady(await fetch(`${url}/api/config`));
    backend().state.activate();
    await until(async () => (await fetch(`${url}/api/config`)).status === 200);
  });
});

async function expectNotReady(response: Response): Promise<void> {
  expect(response.status).toBe(503);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await response.json()).toMatchObject({ code: 'SERVER_NOT_READY' });
}

describe('files', () => inSandbox('none'));
describeWith('bwrap')('files, in the sandbox', () => inSandbox('bubblewrap'));

function inSandbox(sandbox: Sandbox): void {
  let stack: Stack;
  // LibreChat's folder for uploads is a link into /tmp in the image, which only the sandbox can create.
  beforeAll(async () => { stack = await start(SOON, sandbox); });
  afterAll(() => stop(stack));

  test('an uploaded file is stored in the bucket, with credentials that include a session token, and can be downloaded', async () => {
    const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => index % 251));
    const uploaded = await stack.client.upload('report.bin', 'application/octet-stream', bytes);
    expect(uploaded).toMatchObject({ filename: 'report.bin', bytes: bytes.length });
    const stored = [...stack.emulator.services.s3.buckets.values()].map((bucket) => bucket.objects.get(uploaded.key!)).find(Boolean);
    expect(stored?.body.equals(bytes)).toBe(true);
    expect((await stack.client.download(uploaded.file_id)).equals(bytes)).toBe(true);
  });
}
