import { EnvironmentWatch } from '../../demo/environment-watch';
import type { TimedEvent } from '../../emulator/core/events';
import { Emulator } from '../../emulator/emulator';
import { statesOfGroup } from '../../emulator/services/lambda/process-group';
import type { Sandbox } from '../../emulator/services/lambda/sandbox';
import { type Synthesized, synthesize } from '../../emulator/synthesize';
import { ChatClient } from '../../probe/chat-client';
import { type ChatEvent, resumedTextOf, tokenOf } from '../../probe/chat-events';
import { paceOf, tokensFor } from '../../stand-in/server/answer';
import { describeWith } from '../requires';

const APP = `${__dirname}/../../examples/typescript/app.ts`;
const PROMPT = 'Hello';
const GRACE_MS = 100;

/** An emulator, what it has said so far, and a client that is logged in. */
interface Stack {
  readonly emulator: Emulator;
  readonly watch: EnvironmentWatch;
  readonly log: TimedEvent[];
  readonly client: ChatClient;
}

jest.setTimeout(60_000);

let synthesized: Synthesized;
beforeAll(async () => { synthesized = await synthesize(APP); });
afterAll(() => synthesized.dispose());

async function start(overrides: object, sandbox?: Sandbox): Promise<Stack> {
  const log: TimedEvent[] = [];
  const emulator = await Emulator.start({
    assembly: synthesized.assembly,
    port: 0,
    sandbox,
    environment: { ALLOW_REGISTRATION: 'true', ADAPTER_TEST_OVERRIDES: JSON.stringify(overrides) },
  }, (event) => log.push(event));
  const watch = new EnvironmentWatch(emulator.events);
  const client = await ChatClient.signIn(emulator.url);
  await watch.settled();
  return { emulator, watch, log, client };
}

/** Starts a reply on one environment while a longer request makes a second one the next in turn. */
async function startBeside({ client, watch }: Stack, pace: object, free: 'oneIsFree' | 'settled'): Promise<string> {
  const [streamId] = await Promise.all([client.start(PROMPT, pace), client.logIn()]);
  await watch[free]();
  return streamId;
}

const environmentOf = ({ log }: Stack, part: string, from = 0): number => {
  const request = log.slice(from).find((event) => event.type === 'request' && event.path.includes(part));
  if (request?.type !== 'request' || request.environment === undefined) throw new Error(`no environment served ${part}`);
  return request.environment;
};
const textFor = (pace: object) => tokensFor(PROMPT, paceOf({ standIn: { ...pace } })).join('');
const textIn = (events: ChatEvent[]) => events.map((event) => resumedTextOf(event) ?? tokenOf(event) ?? '').join('');

describe('with the hold', () => {
  let stack: Stack;
  beforeAll(async () => { stack = await start({ graceMs: GRACE_MS, holdPollMs: 20 }); });
  afterAll(async () => {
    stack?.watch.dispose();
    await stack?.emulator.dispose();
  });

  const phasesOf = (environment: number) => stack.log
    .filter((event) => event.type === 'environment' && event.environment === environment && /Backend/.test(event.function))
    .map((event) => (event.type === 'environment' ? event.phase : undefined));

  test('a reply arrives whole, in order and in pieces, through two environments', async () => {
    const pace = { tokens: 20, gapMs: 100, saveMs: 0 };
    // One generates, one streams, and one tells how far the generation is.
    await Promise.all([1, 2, 3].map(() => stack.client.logIn()));
    await stack.watch.settled();
    const from = stack.log.length;
    const streamId = await startBeside(stack, pace, 'oneIsFree');
    const events: ChatEvent[] = [];
    let whileGenerating = 0;
    for await (const event of stack.client.events(streamId)) {
      events.push(event);
      const { json } = await stack.client.get(`/api/agents/chat/status/${streamId}`);
      if (tokenOf(event) !== undefined && json.active) whileGenerating++;
    }
    // `resume` was not asked for: the adapter did, so nothing of before is missing.
    expect(resumedTextOf(events[0])).toEqual(expect.any(String));
    expect(textIn(events)).toBe(textFor(pace));
    expect(events.at(-1)!.json).toMatchObject({ final: true, responseMessage: { text: textFor(pace) } });
    // Tokens were read here while the job was still running there: nothing on the way collects them.
    expect(whileGenerating).toBeGreaterThan(5);
    expect(environmentOf(stack, `/stream/${streamId}`, from)).not.toBe(environmentOf(stack, '/api/agents/chat', from));
  });

  test('the generating environment is held until the reply and its title are saved, and frozen then', async () => {
    await stack.watch.settled();
    const from = stack.log.length;
    const streamId = await startBeside(stack, { tokens: 10, gapMs: 50, saveMs: 50 }, 'oneIsFree');
    for await (const _ of stack.client.events(streamId));
    await stack.watch.settled();
    const recent = stack.log.slice(from);
    const post = recent.find((event) => event.type === 'request' && event.path === '/api/agents/chat');
    if (post?.type !== 'request') throw new Error('no POST was logged');
    const stream = recent.findIndex((event) => event.type === 'request' && event.path.endsWith(streamId));
    const frozen = recent.findIndex((event) => event.type === 'environment' && event.environment === post.environment && event.phase === 'frozen');
    expect(stream).toBeGreaterThan(-1);
    expect(frozen).toBeGreaterThan(stream);
    expect(phasesOf(post.environment!).at(-1)).toBe('frozen');
    const { conversations } = (await stack.client.get('/api/convos')).json;
    expect(conversations.map((each: { conversationId: string }) => each.conversationId)).toContain(streamId);
  });

  test('the POST has its response while the generation still runs', async () => {
    const streamId = await stack.client.start(PROMPT, { tokens: 1, gapMs: 60_000 });
    expect((await stack.client.get(`/api/agents/chat/status/${streamId}`)).json.active).toBe(true);
    expect((await stack.client.post('/api/agents/chat/abort', { conversationId: streamId })).json).toMatchObject({ success: true });
    await stack.watch.settled();
  });

  test('a client that comes late, and one that comes again, see the same reply', async () => {
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

  test('ten chats at once are all whole', async () => {
    const pace = { tokens: 10, gapMs: 20, saveMs: 0 };
    const replies = await Promise.all(Array.from({ length: 10 }, async () => {
      const events: ChatEvent[] = [];
      for await (const event of stack.client.events(await stack.client.start(PROMPT, pace))) events.push(event);
      return textIn(events);
    }));
    expect(new Set(replies)).toEqual(new Set([textFor(pace)]));
    await stack.watch.settled();
  });
});

describe('files', () => inSandbox('none'));
describeWith('bwrap')('files, in the sandbox', () => inSandbox('bubblewrap'));

function inSandbox(sandbox: Sandbox): void {
  let stack: Stack;
  // LibreChat's folder for uploads is a link into /tmp in the image, which only the sandbox can put there.
  beforeAll(async () => { stack = await start({}, sandbox); });
  afterAll(async () => {
    stack?.watch.dispose();
    await stack?.emulator.dispose();
  });

  test('an uploaded file goes to the bucket, with credentials that hold a session token, and comes back', async () => {
    const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => index % 251));
    const uploaded = await stack.client.upload('report.bin', 'application/octet-stream', bytes);
    expect(uploaded).toMatchObject({ filename: 'report.bin', bytes: bytes.length });
    const stored = [...stack.emulator.services.s3.buckets.values()].map((bucket) => bucket.objects.get(uploaded.key!)).find(Boolean);
    expect(stored?.body.equals(bytes)).toBe(true);
    expect((await stack.client.download(uploaded.file_id)).equals(bytes)).toBe(true);
  });
}

describe('without the hold', () => {
  let stack: Stack;
  beforeAll(async () => { stack = await start({ hold: false }); });
  afterAll(async () => {
    stack?.watch.dispose();
    await stack?.emulator.dispose();
  });

  test('no event comes while the generating environment is frozen, and they come once another request thaws it', async () => {
    const pace = { tokens: 3, gapMs: 100, saveMs: 0 };
    // Two environments are warm, one beside the other.
    await Promise.all([stack.client.logIn(), stack.client.logIn()]);
    await stack.watch.settled();

    const streamId = await startBeside(stack, pace, 'settled');
    const generating = environmentOf(stack, '/api/agents/chat');
    const stream = stack.client.events(streamId, { resume: true });
    const first = (await stream.next()).value as ChatEvent;
    expect(first.json.sync).toBe(true);
    const next = stream.next();

    // Frozen is what the kernel says, not what the emulator says: every process of the group is stopped.
    const { pid } = serving().environments.find(({ id }) => id === generating)!;
    expect(new Set(statesOfGroup(pid))).toEqual(new Set(['T']));
    // Five times the whole generation, in which nothing comes.
    const nothing = new Promise((resolve) => setTimeout(resolve, 5 * 3 * pace.gapMs, 'nothing'));
    expect(await Promise.race([next, nothing])).toBe('nothing');

    // The stream keeps its environment busy, so that the next request finds only the one that generates, and thaws it.
    const events = [first];
    const thawing = keepAwake();
    events.push((await next).value as ChatEvent);
    for await (const event of stream) events.push(event);
    thawing.stop();
    expect(textIn(events)).toBe(textFor(pace));
    await thawing.stopped;
  });

  /** The function whose environments serve the API. */
  function serving() {
    const [, backend] = [...stack.emulator.functions].find(([name]) => /Backend/.test(name))!;
    return backend;
  }

  /** Sends one request after the other. */
  function keepAwake() {
    let running = true;
    const stopped = (async () => {
      while (running) await stack.client.get('/api/convos');
    })();
    return { stop: () => { running = false; }, stopped };
  }
});
