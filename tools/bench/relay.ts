import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { CpuQuota } from './cpu-quota';
import type { TimedEvent } from '../../emulator/core/events';
import { Deployment } from '../../fixtures/deployment';
import { buildArtifacts } from '../../fixtures/runtime/artifacts';
import { Direct } from '../../fixtures/runtime/direct';
import { proxyEvent, type EventOptions } from '../../fixtures/runtime/events';
import { specQuery } from '../../fixtures/runtime/response-spec';
import { until } from '../../fixtures/runtime/until';
import { median } from '../../probe/statistics';

/** A line of the table: values over a direct connection, and through relay and worker. */
export interface Measurement {
  readonly name: string;
  readonly direct?: string;
  readonly relayed: string;
  /** Target value, if there is one. */
  readonly aim?: string;
}

const MB = 1024 * 1024;
const REQUESTS = 200;
const STARTS = 10;
const UPLOAD = Buffer.alloc(4 * MB, 7);
/** The share of a core that Lambda gives a function with 256 MB. */
const RELAY_SHARE = 256 / 1769;

/** Sends a request; resolves to the body as a stream. */
type Open = (path: string, options?: EventOptions) => Promise<Readable>;

/** Measures the built relay and worker, and a direct connection to the same server, in one run. */
export async function benchRelay(): Promise<Measurement[]> {
  const artifacts = await buildArtifacts();
  const librechat = join(artifacts.api, '..');
  mkdirSync(join(librechat, 'client/dist'), { recursive: true });
  writeFileSync(join(librechat, 'client/dist/index.html'), '<!doctype html>');
  const direct = await Direct.start(artifacts);
  const events: TimedEvent[] = [];
  const deployment = await Deployment.start({
    librechat, sandbox: 'none', invocationLatencyMs: 0, worker: { lingerMs: 600_000 }, listener: (event) => events.push(event),
  });
  const bench = new RelayBench(deployment, direct, events);
  try {
    return await bench.run();
  } finally {
    await Promise.all([deployment.dispose(), direct.dispose()]);
    artifacts.dispose();
  }
}

class RelayBench {
  public constructor(private readonly deployment: Deployment, private readonly direct: Direct, private readonly events: TimedEvent[]) {}

  public async run(): Promise<Measurement[]> {
    await drain(await this.through('/api/hello'));
    const both = async (measure: (open: Open) => Promise<number>, show: (value: number) => string) => {
      const values = { direct: await measure(this.straight), relayed: await measure(this.through) };
      return { direct: show(values.direct), relayed: show(values.relayed) };
    };
    return [
      { name: 'time to first byte, median', ...(await both(timeToFirstByte, milliseconds)), aim: '+2.5 ms' },
      { name: 'a chunk from LibreChat to API Gateway, median', ...(await both(timeOfChunk, milliseconds)), aim: '+1.0 ms' },
      { name: '50 MB down', ...(await both(throughput, (value) => `${value.toFixed(0)} MB/s`)) },
      { name: '4 MB up', ...(await both(upload, milliseconds)) },
      { name: 'start of a relay to its first event, median', relayed: milliseconds(await this.starts()), aim: '90 ms' },
      { name: 'memory of an idle relay', relayed: `${(this.residentBytes() / MB).toFixed(0)} MB`, aim: '80 MB' },
      ...await this.underQuota(),
    ];
  }

  private readonly through: Open = async (path, options) => {
    const event = Buffer.from(JSON.stringify(proxyEvent(path, options)));
    const { body } = await this.deployment.relay.invokeWithResponseStream(event);
    return Readable.from(withoutMetadata(body), { objectMode: false });
  };

  private readonly straight: Open = (path, { method = 'GET', multiValueQueryStringParameters, body, isBase64Encoded, multiValueHeaders } = {}) => {
    const query = Object.entries(multiValueQueryStringParameters ?? {}).map(([name, values]) => `${name}=${encodeURIComponent(values![0])}`).join('&');
    return this.direct.open({
      method,
      target: `${path}?${query}`,
      headers: Object.entries(multiValueHeaders ?? {}).map(([name, values]) => [name, values![0]]),
      body: body ? Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') : undefined,
    });
  };

  /** Time from the start of the process to its request for an event. It includes reading secrets and connecting to Redis. */
  private async starts(quota?: CpuQuota): Promise<number> {
    const times: number[] = [];
    for (let start = 0; start < STARTS; start++) {
      await this.endRelays();
      const before = this.events.length;
      const response = this.through('/api/hello');
      if (quota) {
        const started = () => this.deployment.relay.environments.find(({ pid, state }) => pid > 0 && state !== 'dead');
        await until(started);
        quota.add(started()!.pid);
      }
      await drain(await response);
      const phases = this.events.slice(before).filter((event) => event.type === 'environment' && /Relay/.test(event.function));
      const at = (phase: string) => phases.find((event) => event.type === 'environment' && event.phase === phase)!.at;
      times.push(at('running') - at('starting'));
    }
    return median(times)!;
  }

  private async underQuota(): Promise<Measurement[]> {
    const quota = CpuQuota.create(RELAY_SHARE);
    const name = `with ${RELAY_SHARE.toFixed(3)} of a core`;
    if (!quota) return [{ name, relayed: 'not measured: needs Linux control groups, and root' }];
    try {
      return [
        { name: `${name}: start of a relay to its first event, median`, relayed: milliseconds(await this.starts(quota)) },
        { name: `${name}: time to first byte, median`, relayed: milliseconds(await timeToFirstByte(this.through)) },
        { name: `${name}: a chunk, median`, relayed: milliseconds(await timeOfChunk(this.through)) },
        { name: `${name}: 50 MB down`, relayed: `${(await throughput(this.through)).toFixed(0)} MB/s` },
        { name: `${name}: 4 MB up`, relayed: milliseconds(await upload(this.through)) },
      ];
    } finally {
      await this.endRelays();
      quota.dispose();
    }
  }

  private async endRelays(): Promise<void> {
    const { relay } = this.deployment;
    await until(() => relay.environments.every(({ state }) => state === 'frozen' || state === 'dead'));
    await relay.reclaimIdle();
  }

  private residentBytes(): number {
    const { pid } = this.deployment.relay.environments.find(({ state }) => state !== 'dead')!;
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
  }
}

const DELIMITER = Buffer.alloc(8);

/** The body, without the status and headers that precede it for API Gateway. */
async function* withoutMetadata(response: Readable): AsyncGenerator<Buffer> {
  let held: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (!held) {
      yield chunk;
      continue;
    }
    held = Buffer.concat([held, chunk]);
    const at = held.indexOf(DELIMITER);
    if (at < 0) continue;
    const rest = held.subarray(at + DELIMITER.length);
    held = undefined;
    if (rest.length) yield rest;
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
  for await (const chunk of await open('/api/clock', { multiValueQueryStringParameters: { times: [String(REQUESTS)] } })) {
    const now = process.hrtime.bigint();
    const sent = /(\d{6,})\n$/.exec(String(chunk));
    if (sent) delays.push(Number(now - BigInt(sent[1])) / 1e6);
  }
  return median(delays)!;
}

async function throughput(open: Open): Promise<number> {
  const multiValueQueryStringParameters = specQuery({ chunks: Array.from({ length: 50 * 16 }, () => 64 * 1024) });
  return medianOf(3, async () => {
    const began = performance.now();
    const bytes = await drain(await open('/api/respond', { multiValueQueryStringParameters }));
    return bytes / MB / ((performance.now() - began) / 1000);
  });
}

async function upload(open: Open): Promise<number> {
  const options = {
    method: 'POST',
    multiValueHeaders: { 'Content-Type': ['application/octet-stream'] },
    body: UPLOAD.toString('base64'),
    isBase64Encoded: true,
  };
  return medianOf(5, async () => {
    const began = performance.now();
    await drain(await open('/api/upload', options));
    return performance.now() - began;
  });
}

async function drain(stream: Readable): Promise<number> {
  let bytes = 0;
  for await (const chunk of stream) bytes += (chunk as Buffer).length;
  return bytes;
}

async function medianOf(times: number, measure: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let i = 0; i < times; i++) values.push(await measure());
  return median(values)!;
}

const milliseconds = (value: number) => `${value.toFixed(2)} ms`;
