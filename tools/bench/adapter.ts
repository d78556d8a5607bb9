import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildArtifacts, type Artifacts } from '../../fixtures/runtime/artifacts';
import { PlayedAws } from '../../fixtures/runtime/aws';
import { Direct } from '../../fixtures/runtime/direct';
import { startRedis } from '../../fixtures/runtime/redis';
import { specQuery, type ResponseSpec } from '../../fixtures/runtime/response-spec';
import { SEALING, WorkerFunction, type WorkerFunctionOptions } from '../../fixtures/runtime/worker-function';
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
  const redis = await startRedis();
  const options: WorkerFunctionOptions = {
    redisUri: redis.uri,
    awsUrl: aws.url,
    sealingSecretArn: aws.services.secretsManager.create('sealing', SEALING).arn,
    credentials: aws.role.credentials,
    timeoutMs: 300_000,
    memorySize: 2048,
    // What a start asks of AWS is part of what stays in memory.
    environment: { [ADAPTER.urlParameter]: '/url' },
  };
  const worker = new WorkerFunction(artifacts, options);
  const direct = await Direct.start(artifacts);
  const targetOf = (path: string, query: Record<string, string[]> = {}) => {
    const search = Object.entries(query).map(([name, [value]]) => `${name}=${encodeURIComponent(value)}`).join('&');
    return `${path}?${search}`;
  };
  const through: Open = async (path, query) => {
    const { outcome, close } = await worker.open({ path: targetOf(path, query) });
    if (outcome.kind !== 'response') throw new Error(`no response: ${JSON.stringify(outcome)}`);
    return Readable.from(outcome.body).once('close', () => void close());
  };
  const straight: Open = (path, query) => direct.open({ method: 'GET', target: targetOf(path, query) });
  const both = async (measure: (open: Open) => Promise<number>, show: (value: number) => string) => {
    const values = { direct: await measure(straight), adapter: await measure(through) };
    return { direct: show(values.direct), adapter: show(values.adapter) };
  };
  try {
    await drain(await through('/api/hello'));
    await worker.adapter.idle();
    return [
      { name: 'idle memory', adapter: megabytes(residentBytes(worker)), aim: '50 MB' },
      { name: 'time to first byte, median', ...(await both(timeToFirstByte, milliseconds)) },
      { name: 'a chunk from app to client, median', ...(await both(timeOfChunk, milliseconds)), aim: '0.5 ms more' },
      { name: '50 MB', ...(await both(throughput, (value) => `${value.toFixed(0)} MB/s`)) },
      { name: 'memory, 100 MB to a slow client: most in the first half, in the second', adapter: await memoryWithSlowClient(worker, through), aim: 'flat' },
      ...await processStart(artifacts, options),
    ];
  } finally {
    await Promise.all([worker.dispose(), direct.dispose(), aws.dispose()]);
    await redis.dispose();
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

async function memoryWithSlowClient(worker: WorkerFunction, open: Open): Promise<string> {
  const most = [0, 0];
  let bytes = 0;
  const began = performance.now();
  for await (const chunk of await open('/api/respond', specQuery(bodyOf(100)))) {
    bytes += (chunk as Buffer).length;
    const half = bytes < 50 * MB ? 0 : 1;
    most[half] = Math.max(most[half], residentBytes(worker));
    const ahead = bytes / MB / SLOW_CLIENT_MB_PER_SECOND - (performance.now() - began) / 1000;
    if (ahead > 0) await sleep(ahead * 1000);
  }
  return most.map(megabytes).join(', ');
}

async function processStart(artifacts: Artifacts, options: WorkerFunctionOptions): Promise<Measurement[]> {
  // Events are asked for at once, so that LibreChat's own start is not in it.
  const next = await medianOf(STARTS, async () => {
    const worker = new WorkerFunction(artifacts, { ...options, settings: { askForEventsAfterMs: 0 } });
    const began = performance.now();
    const running = worker.adapter.phase('running');
    const started = worker.start('a-start');
    await running;
    const took = performance.now() - began;
    await started;
    await worker.dispose();
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
function residentBytes({ adapter: { lambda } }: WorkerFunction): number {
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
