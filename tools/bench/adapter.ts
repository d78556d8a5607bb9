import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Adapter } from '../../fixtures/runtime/adapter';
import { buildArtifacts, type Artifacts } from '../../fixtures/runtime/artifacts';
import { PlayedAws } from '../../fixtures/runtime/aws';
import { Direct } from '../../fixtures/runtime/direct';
import { proxyEvent } from '../../fixtures/runtime/events';
import { specQuery, type ResponseSpec } from '../../fixtures/runtime/response-spec';
import { median } from '../../probe/statistics';
import { ADAPTER } from '../../src/contract/variables';

/** A line of the table: what was measured, without and with the adapter. */
export interface Measurement {
  readonly name: string;
  readonly direct?: string;
  readonly adapter: string;
  /** What it should not be above, where there is an aim. */
  readonly aim?: string;
}

const MB = 1024 * 1024;
const REQUESTS = 200;
const STARTS = 10;
const SLOW_CLIENT_MB_PER_SECOND = 40;

/** Opens a GET and gives the body as it comes. */
type Open = (path: string, query?: Record<string, string[]>) => Promise<Readable>;

/** Measures the built adapter against the same server reached directly, in one run. */
export async function benchAdapter(): Promise<Measurement[]> {
  const artifacts = await buildArtifacts();
  const aws = new PlayedAws();
  await aws.start();
  aws.services.ssm.parameters.set('/url', 'https://chat.example.com');
  const adapter = new Adapter(artifacts, {
    timeoutMs: 300_000,
    // What a start asks of AWS is part of what stays in memory.
    environment: { [ADAPTER.urlParameter]: '/url' },
    emulation: { AWS_ENDPOINT_URL: aws.url },
    credentials: aws.role.credentials,
  });
  const direct = await Direct.start(artifacts);
  const through: Open = async (path, query) => (await adapter.invoke(proxyEvent(path, { multiValueQueryStringParameters: query ?? null }))).body;
  const straight: Open = (path, query) => {
    const search = Object.entries(query ?? {}).map(([name, [value]]) => `${name}=${encodeURIComponent(value)}`).join('&');
    return direct.open({ method: 'GET', target: `${path}?${search}` });
  };
  const both = async (measure: (open: Open) => Promise<number>, show: (value: number) => string) => {
    const values = { direct: await measure(straight), adapter: await measure(through) };
    await adapter.idle();
    return { direct: show(values.direct), adapter: show(values.adapter) };
  };
  try {
    await drain(await through('/api/hello'));
    await adapter.idle();
    return [
      { name: 'idle memory', adapter: megabytes(residentBytes(adapter)), aim: '50 MB' },
      { name: 'time to first byte, median', ...(await both(timeToFirstByte, milliseconds)) },
      { name: 'a chunk from app to client, median', ...(await both(timeOfChunk, milliseconds)), aim: '0.5 ms more' },
      { name: '50 MB', ...(await both(throughput, (value) => `${value.toFixed(0)} MB/s`)) },
      { name: 'memory, 100 MB to a slow client: most in the first half, in the second', adapter: await memoryWithSlowClient(adapter, through), aim: 'flat' },
      { name: 'POST to response while held, median', direct: milliseconds(await plainPost(direct)), adapter: milliseconds(await heldPost(artifacts)) },
      ...await processStart(artifacts),
    ];
  } finally {
    await Promise.all([adapter.dispose(), direct.dispose(), aws.dispose()]);
    artifacts.dispose();
  }
}

async function timeToFirstByte(open: Open): Promise<number> {
  return medianOf(REQUESTS, async () => {
    const began = performance.now();
    const body = await open('/api/hello');
    await new Promise((resolve) => body.once('data', resolve));
    const took = performance.now() - began;
    await drain(body);
    return took;
  });
}

async function timeOfChunk(open: Open): Promise<number> {
  const delays: number[] = [];
  for await (const chunk of await open('/api/clock', { times: [String(REQUESTS)] })) {
    const now = process.hrtime.bigint();
    const sent = /(\d{6,})\n$/.exec(String(chunk));
    if (sent) delays.push(Number(now - BigInt(sent[1])) / 1e6);
  }
  return median(delays)!;
}

async function throughput(open: Open): Promise<number> {
  return medianOf(5, async () => {
    const began = performance.now();
    const bytes = await drain(await open('/api/respond', specQuery(bodyOf(50))));
    return bytes / MB / ((performance.now() - began) / 1000);
  });
}

async function memoryWithSlowClient(adapter: Adapter, open: Open): Promise<string> {
  const most = [0, 0];
  let bytes = 0;
  const began = performance.now();
  for await (const chunk of await open('/api/respond', specQuery(bodyOf(100)))) {
    bytes += (chunk as Buffer).length;
    const half = bytes < 50 * MB ? 0 : 1;
    most[half] = Math.max(most[half], residentBytes(adapter));
    const ahead = bytes / MB / SLOW_CLIENT_MB_PER_SECOND - (performance.now() - began) / 1000;
    if (ahead > 0) await sleep(ahead * 1000);
  }
  await adapter.idle();
  return most.map(megabytes).join(', ');
}

const CHAT = { method: 'POST', type: 'application/json', body: JSON.stringify({ generateMs: 100 }) };
const CHATS = 20;

async function plainPost(direct: Direct): Promise<number> {
  const chat = { method: CHAT.method, target: '/api/agents/chat', headers: [['Content-Type', CHAT.type]] as const, body: Buffer.from(CHAT.body) };
  return medianOf(CHATS, async () => {
    const began = performance.now();
    await direct.send(chat);
    return performance.now() - began;
  });
}

async function heldPost(artifacts: Artifacts): Promise<number> {
  const adapter = new Adapter(artifacts, { settings: { graceMs: 0, holdPollMs: 20 } });
  const chat = proxyEvent('/api/agents/chat', { method: CHAT.method, multiValueHeaders: { 'Content-Type': [CHAT.type] }, body: CHAT.body });
  try {
    await adapter.send(chat);
    return await medianOf(CHATS, async () => {
      await adapter.idle();
      const began = performance.now();
      await adapter.send(chat);
      return performance.now() - began;
    });
  } finally {
    await adapter.dispose();
  }
}

async function processStart(artifacts: Artifacts): Promise<Measurement[]> {
  // Events are asked for at once, so that LibreChat's own start is not in it.
  const next = await medianOf(STARTS, async () => {
    const adapter = new Adapter(artifacts, { settings: { askForEventsAfterMs: 0 } });
    const began = performance.now();
    const running = adapter.phase('running');
    const answer = adapter.send(proxyEvent('/api/hello'));
    await running;
    const took = performance.now() - began;
    await answer;
    await adapter.dispose();
    return took;
  });
  const node = await medianOf(STARTS, () => lifetime(['-e', '0']));
  // Without its variables it loads all that serving needs, and ends.
  const loaded = await medianOf(STARTS, () => lifetime([artifacts.adapter, 'serve']));
  return [
    { name: 'process start to first /next, median', adapter: milliseconds(next), aim: '50 ms' },
    { name: 'Node\'s own start and end, median', adapter: milliseconds(node) },
    { name: 'bundle, loaded in', adapter: `${(statSync(artifacts.adapter).size / 1024).toFixed(0)} KB, ${milliseconds(loaded - node)}` },
  ];
}

async function lifetime(options: string[]): Promise<number> {
  const began = performance.now();
  await once(spawn('node', options, { stdio: 'ignore', env: { PATH: process.env.PATH } }), 'exit');
  return performance.now() - began;
}

function bodyOf(megabytesOfBody: number): ResponseSpec {
  return { chunks: Array.from({ length: megabytesOfBody * 16 }, () => 64 * 1024) };
}

async function drain(stream: Readable): Promise<number> {
  let bytes = 0;
  for await (const chunk of stream) bytes += (chunk as Buffer).length;
  return bytes;
}

/** Of the adapter alone, without LibreChat. */
function residentBytes({ lambda }: Adapter): number {
  const status = readFileSync(`/proc/${lambda.environments[0].pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

async function medianOf(times: number, measure: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let i = 0; i < times; i++) values.push(await measure());
  return median(values)!;
}

const milliseconds = (value: number) => `${value.toFixed(2)} ms`;
const megabytes = (value: number) => `${(value / MB).toFixed(0)} MB`;
