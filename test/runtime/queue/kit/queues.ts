import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { FaultyProxy } from './proxy';
import { DEFAULT_SETTINGS, type Outcome, type QueueLog, type QueueSettings, RelayQueue, type RelayQueueOptions, scaledSettings, WorkerQueue } from '../../../../runtime/queue';
import type { Exchange, RequestHead } from '../../../../runtime/shared/exchange';

const SECRET = randomBytes(32);

export interface LogLine {
  readonly event: string;
  readonly fields?: Record<string, unknown>;
}

export function recordingLog(lines: LogLine[] = []): QueueLog & { readonly lines: LogLine[] } {
  const write = (event: string, fields?: Record<string, unknown>) => { lines.push({ event, fields }); };
  return { info: write, warn: write, error: write, lines };
}

/** A deployment: relays and workers that share a Redis, a release and a secret. */
export class Deployment {
  public readonly log = recordingLog();
  private readonly proxies: FaultyProxy[] = [];
  private readonly opened: { close(): void | Promise<void> }[] = [];

  /** Leases have their real duration, so that no worker dies because this process pauses. */
  public constructor(
    public readonly uri: string,
    public readonly settings: Partial<QueueSettings> = scaledSettings(5, { leaseMs: DEFAULT_SETTINGS.leaseMs }),
    private readonly release = randomBytes(6).toString('hex'),
  ) {}

  public relay(options: Partial<RelayQueueOptions> = {}): RelayQueue {
    const relay = new RelayQueue({
      ...this.common(), capacity: 10, maxWorkers: 3, startWorker: () => new Promise(() => undefined), ...options,
    });
    this.opened.push(relay);
    return relay;
  }

  public worker(options: Partial<ConstructorParameters<typeof WorkerQueue>[0]> = {}): WorkerQueue {
    const worker = new WorkerQueue({ ...this.common(), ...options });
    this.opened.push(worker);
    return worker;
  }

  public async workerBehindProxy(redisPort: number, settings = this.settings): Promise<{ worker: WorkerQueue; proxy: FaultyProxy }> {
    const proxy = await FaultyProxy.start(redisPort);
    this.proxies.push(proxy);
    return { worker: this.worker({ redis: { uri: proxy.uri }, settings }), proxy };
  }

  public async relayBehindProxy(redisPort: number, options: Partial<RelayQueueOptions> = {}): Promise<{ relay: RelayQueue; proxy: FaultyProxy }> {
    const proxy = await FaultyProxy.start(redisPort);
    this.proxies.push(proxy);
    return { relay: this.relay({ redis: { uri: proxy.uri }, ...options }), proxy };
  }

  /** All data of this deployment in Redis. */
  public async dump(): Promise<string> {
    const redis = new Redis(this.uri);
    try {
      const keys = (await redis.keys('*')).filter((key) => key.startsWith(this.base)).sort();
      const values = await Promise.all(keys.map(async (key) => [key, await redis.dumpBuffer(key)] as const));
      // Hints may have been popped since they were listed.
      return values.flatMap(([key, value]) => (value ? `${key}=${value.toString('latin1')}` : [])).join('\n');
    } finally {
      redis.disconnect();
    }
  }

  /** Simulates a late copy of a command. */
  public async addHint(id: string): Promise<void> {
    const redis = new Redis(this.uri);
    await redis.zadd(`${this.base}waiting`, Date.now(), id);
    redis.disconnect();
  }

  /** The interval of a worker's renewals. */
  public beat(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, this.settings.beatMs));
  }

  public async dispose(): Promise<void> {
    await Promise.all(this.opened.splice(0).map((queue) => queue.close()));
    await Promise.all(this.proxies.splice(0).map((proxy) => proxy.dispose()));
  }

  /** Prefix of the keys of this deployment. */
  public get base(): string {
    return `{chat}:${this.release}:`;
  }

  private common() {
    return { redis: { uri: this.uri }, prefix: 'chat', release: this.release, sealingSecret: SECRET, log: this.log, settings: this.settings };
  }
}

export function get(path: string, headers: readonly string[] = []): RequestHead {
  return { method: 'GET', path, headers, bodyLength: 0 };
}

export function post(path: string, bodyLength: number): RequestHead {
  return { method: 'POST', path, headers: ['content-type', 'application/octet-stream'], bodyLength };
}

/** Serves the requests of the source with the handler, `places` at a time. */
export async function serve(source: WorkerQueue, handle: (exchange: Exchange) => Promise<void>, places = 10): Promise<void> {
  let serving = 0;
  source.setFree(places);
  for (let exchange = await source.take(); exchange; exchange = await source.take()) {
    serving += 1;
    source.setFree(places - serving);
    void handle(exchange).catch((error: Error) => exchange.fail(error.message)).finally(() => {
      serving -= 1;
      source.setFree(places - serving);
    });
  }
}

/** Registers a worker and serves requests. Its first lease includes the places: without any, relays would start another worker. */
export async function startServing(worker: WorkerQueue, startId: string, handle: (exchange: Exchange) => Promise<void>): Promise<void> {
  worker.setFree(10);
  await worker.reportStarted(startId);
  void serve(worker, handle);
}

/** The bytes of a response's body. */
export async function bodyOf(outcome: Outcome): Promise<Buffer> {
  if (outcome.kind !== 'response') throw new Error(`no response but ${JSON.stringify(outcome)}`);
  const chunks: Buffer[] = [];
  for await (const chunk of outcome.body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function contentOf(exchange: Exchange): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of exchange.body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
