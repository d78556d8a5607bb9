import { setTimeout as sleep } from 'node:timers/promises';
import { MongoServer } from '../../../emulator/services/documentdb/server';
import { buildStandIn, buildArtifacts } from '../../../fixtures/runtime/artifacts';
import { Link } from '../../../fixtures/runtime/link';
import { useWorker } from '../../../fixtures/runtime/use-worker';
import type { WorkerFunction } from '../../../fixtures/runtime/worker-function';
import { readSettings } from '../../../runtime/shared/settings';

jest.setTimeout(120_000);

const USER = { name: 'Ada Lovelace', email: 'ada@example.com', password: 'analytical-engine', confirm_password: 'analytical-engine' };
const OUTAGE_MS = 5_000;

const { create, redis } = useWorker(() => buildArtifacts(buildStandIn));
let mongo: MongoServer;
let link: Link;
let worker: WorkerFunction;
let token: string;

beforeAll(async () => (mongo = await MongoServer.start({ dialect: 'mongodb' })));
afterAll(() => mongo.dispose());

beforeEach(async () => {
  link = new Link(redis().port);
  await link.open();
  token = '';
});

afterEach(() => link.close());

/** LibreChat in front of Redis, with a user who has logged in. */
async function start(options: Parameters<typeof create>[0] = {}): Promise<void> {
  worker = create({ timeoutMs: 60_000, ...options, environment: { MONGO_URI: mongo.uri, USE_REDIS: 'true', ALLOW_REGISTRATION: 'true', ...options.environment } });
  await ask('POST', '/api/auth/register', USER);
  ({ token } = await ask('POST', '/api/auth/login', USER));
}

const headers = () => ['Content-Type', 'application/json', 'User-Agent', 'Firefox/140', ...(token ? ['Authorization', `Bearer ${token}`] : [])];

async function ask(method: string, path: string, body?: object) {
  const reply = await worker.send({ method, path, headers: headers() }, body && Buffer.from(JSON.stringify(body)));
  expect(reply).toMatchObject({ statusCode: 200 });
  return JSON.parse(reply.body);
}

/** Starts a chat whose reply has a number of tokens, one each 100 ms. */
async function chat(tokens: number, pace: object = {}): Promise<string> {
  const { streamId } = await ask('POST', '/api/agents/chat', {
    text: 'Hello', endpoint: 'Probe', endpointType: 'custom', model: 'probe', standIn: { tokens, gapMs: 100, ...pace },
  });
  return streamId as string;
}

/** Reads the stream as the page does: opens it again if it is interrupted before the final event. */
async function streamed(streamId: string, onFirst: () => void = () => undefined): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const path = `/api/agents/chat/stream/${streamId}${attempt ? '?resume=true' : ''}`;
    const { body } = await worker.send({ path, headers: headers() }, undefined, streamId, (chunk) => {
      if (String(chunk).includes('on_message_delta')) onFirst();
    });
    const final = /^data: (\{"final".*)$/m.exec(body);
    if (final) return (JSON.parse(final[1]) as { responseMessage: { text: string } }).responseMessage.text;
  }
}

test('the tokens of a chat arrive one after another, from the process that generates them', async () => {
  await start();
  const chunks: string[] = [];
  // Tokens of 3 s: LibreChat or the worker may send several at once after a pause.
  const streamId = await chat(30);
  await worker.send({ path: `/api/agents/chat/stream/${streamId}`, headers: headers() }, undefined, streamId, (chunk) => chunks.push(String(chunk)));
  expect(chunks[0]).toContain('"created":true');
  expect(chunks.filter((chunk) => chunk.includes('on_message_delta')).length).toBeGreaterThan(5);
  expect(chunks.join('')).not.toContain('"sync":true');
  expect(worker.adapter.lambda.environments).toHaveLength(1);
});

test('a title that takes 8 s after a short reply is stored without further requests', async () => {
  const { lingerMs, titleMs } = readSettings({});
  await start({ settings: { lingerMs, titleMs } });
  const streamId = await chat(1, { titleMs: 8_000 });
  await streamed(streamId);
  await worker.adapter.idle();
  expect(await ask('GET', `/api/convos/gen_title/${streamId}`)).toEqual({ title: 'Hello' });
});

test('an outage of Redis of 5 s during a reply: it is complete, and no environment is lost', async () => {
  // A subscriber without a connection misses events: its stream times out soon, and is resumed.
  await start({ environment: { REDIS_URI: `redis://127.0.0.1:${link.port}` }, settings: { lingerMs: 500, titleMs: 500, streamIdleMs: 2_000 } });
  const undisturbed = await streamed(await chat(20));

  const streamId = await chat(20);
  let outage: Promise<void> | undefined;
  const text = await streamed(streamId, () => (outage ??= (async () => {
    link.cut();
    await sleep(OUTAGE_MS);
    link.mend();
  })()));
  await outage;
  expect(text).toBe(undisturbed);

  await worker.adapter.idle();
  expect(await streamed(await chat(20))).toBe(undisturbed);
  await worker.adapter.idle();
  expect(worker.adapter.lambda.environments.every(({ state }) => state === 'frozen')).toBe(true);
});
