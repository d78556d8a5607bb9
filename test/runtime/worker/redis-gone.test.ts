import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCertificates } from '../../../emulator/core/certificates';
import { startRedis, type RunningRedis } from '../../../emulator/services/elasticache';
import { Adapter, parse } from '../../../fixtures/runtime/adapter';
import { buildArtifacts, buildStandIn, type Artifacts } from '../../../fixtures/runtime/artifacts';
import { proxyEvent } from '../../../fixtures/runtime/events';
import { Link } from '../../../fixtures/runtime/link';

jest.setTimeout(120_000);

const USER = { name: 'Ada Lovelace', email: 'ada@example.com', password: 'analytical-engine', confirm_password: 'analytical-engine' };
const OUTAGE_MS = 5_000;

let folder: string;
let artifacts: Artifacts;
let redis: RunningRedis;
let link: Link;
let adapter: Adapter;
let token: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'redis-gone-'));
  artifacts = await buildArtifacts(buildStandIn);
  const tls = await makeCertificates(folder);
  redis = await startRedis({ tls });
  link = new Link(redis.port);
  await link.open();
  adapter = new Adapter(artifacts, {
    timeoutMs: 60_000,
    environment: { USE_REDIS: 'true', REDIS_URI: `rediss://127.0.0.1:${link.port}`, REDIS_CA: tls.caFile, ALLOW_REGISTRATION: 'true' },
    // A subscriber that was cut off misses what was published meanwhile: its stream is given up soon, and resumed.
    settings: { graceMs: 500, streamIdleMs: 2_000 },
  });
});

afterAll(async () => {
  await adapter.dispose();
  link.close();
  await redis.dispose();
  artifacts.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const headers = () => ({ 'Content-Type': 'application/json', 'User-Agent': 'Firefox/140', ...(token ? { Authorization: `Bearer ${token}` } : {}) });

async function ask(method: string, path: string, body?: object) {
  const event = proxyEvent(path, { method, headers: headers(), multiValueHeaders: undefined, body: body ? JSON.stringify(body) : null });
  const answer = await adapter.send(event);
  expect(answer.statusCode).toBe(200);
  return JSON.parse(answer.body.toString());
}

/** Starts a chat; its answer has as many tokens, one each 100 ms. */
async function chat(tokens: number): Promise<string> {
  const { streamId } = await ask('POST', '/api/agents/chat', { text: 'Hello', endpoint: 'Probe', endpointType: 'custom', model: 'probe', standIn: { tokens, gapMs: 100 } });
  return streamId as string;
}

/** Reads the stream as the page does: again, as long as it breaks off before the final event. */
async function streamed(streamId: string, onFirst: () => void = () => undefined): Promise<string> {
  for (;;) {
    const { body } = await adapter.invoke(proxyEvent(`/api/agents/chat/stream/${streamId}`, { headers: headers(), multiValueHeaders: undefined }));
    const parts: Buffer[] = [];
    try {
      for await (const part of body) {
        parts.push(part as Buffer);
        if (String(part).includes('on_message_delta')) onFirst();
      }
    } catch {
      // The page resumes.
    }
    const final = /^data: (\{"final".*)$/m.exec(parse(Buffer.concat(parts)).body.toString());
    if (final) return (JSON.parse(final[1]) as { responseMessage: { text: string } }).responseMessage.text;
  }
}

test('Redis gone for 5 s in the middle of an answer: it ends whole, and no environment is lost', async () => {
  await ask('POST', '/api/auth/register', USER);
  ({ token } = await ask('POST', '/api/auth/login', USER));
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

  await adapter.idle();
  expect(await streamed(await chat(20))).toBe(undisturbed);
  await adapter.idle();
  expect(adapter.lambda.environments.every(({ state }) => state === 'frozen')).toBe(true);
  expect(adapter.logged('hold').map(({ reason }) => reason)).toEqual(['finished', 'finished', 'finished']);
});
